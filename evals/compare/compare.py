"""Compare two runs: paired differences with intervals, p-values corrected for many metrics, and power.

The family of the correction is every metric that is compared (S. Holm, A simple sequentially rejective multiple test
procedure, Scandinavian Journal of Statistics 6, 1979): the probability that any of them is called better or worse
without being so is at most 5%. The intervals are those of each metric alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from core.errors import ConfigurationError
from evals.compare.draws import Draws, draw_differences
from evals.compare.pairs import PairedRuns
from evals.compare.power import cases_for_percentile, cases_needed, detectable
from evals.compare.result import LEVEL, Comparison, Difference
from evals.compare.statistic import Observed, observe
from evals.metrics.catalogue import METRICS
from evals.run.judgements import read_judge

_SAME = ("corpus_sha256", "embedder", "domain", "concurrency")
"""Keys of a run's configuration in which a difference explains other differences."""


def compare_runs(runs: PairedRuns) -> Comparison:
    """Compare B with A in every metric that both have. Raises ConfigurationError where there is none."""
    found = {name: observe(metric, runs.pairs) for name, metric in METRICS.items()}
    observed = [one for one in found.values() if one is not None]
    if not observed:
        raise ConfigurationError(f"{runs.a.folder} and {runs.b.folder} have no metric in common. Run them again.")
    draws = draw_differences(observed, len(runs.pairs))
    ids = [pair[0].case.id for pair in runs.pairs]
    differences = [_difference(one, drawn, ids) for one, drawn in zip(observed, draws, strict=True)]
    adjusted = holm([one.p_value for one in differences])
    return Comparison(
        runs,
        tuple(replace(one, adjusted=p) for one, p in zip(differences, adjusted, strict=True)),
        dict(_missing(runs, [name for name, one in found.items() if one is None])),
        tuple(_cautions(runs)),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values corrected by Holm's procedure, in the same order."""
    order = np.argsort(p_values, kind="stable")
    steps = np.array(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return [float(p) for p in adjusted]


def _difference(one: Observed, draws: Draws, ids: Sequence[str]) -> Difference:
    deviation = draws.deviation() * one.cases**0.5
    sign = 1 if one.metric.better == "higher" else -1
    with np.errstate(invalid="ignore"):
        gain = sign * (one.b_values - one.a_values)
    a, b, p = one.a.value, one.b.value, draws.p_zero()
    needed = cases_needed(b - a, deviation, one.reach, LEVEL)
    if needed is not None and one.metric.percent is not None:
        needed = max(needed, cases_for_percentile(one.metric.percent, LEVEL))
    return Difference(
        metric=one.metric,
        a=a,
        b=b,
        low=draws.low_bound(LEVEL),
        high=draws.high_bound(LEVEL),
        p_value=p,
        adjusted=p,
        won=tuple(name for name, value in zip(ids, gain, strict=True) if value > 0),
        lost=tuple(name for name, value in zip(ids, gain, strict=True) if value < 0),
        cases=one.cases,
        detectable=detectable(one.cases, deviation, one.reach, LEVEL),
        needed=needed,
    )


def _missing(runs: PairedRuns, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the metrics that one of the runs has, and the letter of the other one."""
    for name in names:
        metric = METRICS[name]
        has_a, has_b = (
            any(name in pair[side].contributions or metric.duration in pair[side].durations for pair in runs.pairs)
            for side in (0, 1)
        )
        if has_a != has_b:
            yield name, "B" if has_a else "A"


def _cautions(runs: PairedRuns) -> Iterator[str]:
    for key in _SAME:
        a, b = runs.a.configuration.get(key), runs.b.configuration.get(key)
        if a != b:
            yield f"The {key} of A is {a}, that of B is {b}: a part of the differences may come from that."
    if runs.left_out:
        yield f"{len(runs.left_out)} cases are left out, because they are not the same in both runs."
    for side, letter in ((0, "A"), (1, "B")):
        results = [pair[side] for pair in runs.pairs]
        failed = sum(one.failure is not None for one in results)
        degraded = sum(one.response is not None and one.response.degraded for one in results)
        if failed:
            yield f"{failed} of {len(runs.pairs)} requests of {letter} failed; they count as the worst answers."
        if degraded:
            yield f"{degraded} answers of {letter} are extractive ones in place of the model's (degraded)."
    for run, letter in ((runs.a, "A"), (runs.b, "B")):
        judge = read_judge(run.folder)
        if judge is not None:
            words = " ".join(judge["sentences"])
            yield f"The judge of {letter} is {judge['judge']['model']}. {words}"
