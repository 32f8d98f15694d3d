"""The promotion gate: is the candidate shown to be no worse than the original by more than the margins allow?

Three answers, because "not shown to be worse" is not "shown to be no worse":

    ships                  every margin and every SLO is shown to be kept
    does not ship          at least one is shown not to be kept, or the candidate has no value of its metric any more
    not enough questions   neither; with the number of questions that would decide

Error rates (`[gate] error_rate`, 5%). A candidate that is worse than any one margin allows, or breaks any one SLO,
ships with a probability of at most the error rate, however many requirements there are and however they depend on each
other: it ships only where *all* tests reject, and each is made at that level, so nothing is to be corrected (the
intersection-union test: R. L. Berger, Multiparameter hypothesis testing and acceptance sampling, Technometrics 24,
1982). A candidate that keeps every requirement is called "does not ship" with a probability of at most the error rate:
one rejection of many would do, so each of these tests is made at the rate divided by the number of requirements
(Bonferroni). The tests are those of `evals/compare/draws.py`; `python -m benchmarks.gate` prints what they do.

A candidate must not look better by failing: a request that failed and a degraded answer count as the worst answers
(`failures.py`), and every gate has the guards, whatever domain.toml names: to refuse, to repeat itself or to stop early
are ways to look good in metrics of the answers that remain.

Not covered: the difference that the next run of the same candidate would make (a model at temperature 0 on one server
gives nearly the same answers). Durations are those of the evaluation's own load; what a server bears, `groundwork model
bench` measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from core.errors import ConfigurationError
from core.gate import GateTable
from evals.compare.draws import Draws, draw_differences, draw_values
from evals.compare.pairs import PairedRuns
from evals.compare.power import cases_for_percentile, cases_needed
from evals.compare.statistic import Observed, observe
from evals.gate.failures import count_failures, is_degraded
from evals.gate.result import Requirement, Verdict
from evals.metrics.catalogue import METRICS
from evals.run.judgements import read_judge

GUARDS: Mapping[str, float] = {
    "failed requests": 0.05,
    "degraded answers": 0.05,
    "loops": 0.05,
    "cut-off answers": 0.05,
    "answerable but refused": 0.05,
    "refusal recall": 0.1,
    "not judged (judge)": 0.05,
}
"""Margins that every gate has, where the runs have the metric; domain.toml may set others. Chosen as the margins of
`core/gate.py`; unanswerable questions are fewer, so that theirs is wider."""

_JUDGE = "Judge"
_SAME_DOCUMENTS = "corpus_sha256"
_SYSTEM = ("mode", "model", "embedder")
_LONGEST_VALUE = 60
"""Characters of a value that is shown where it differs."""


def gate_runs(runs: PairedRuns, table: GateTable, domain: str | None = None) -> Verdict:
    """Decide on run B, the candidate, against run A, the original, by the table of the domain of that name.

    Raises ConfigurationError for a metric that does not exist or that the original has not, for runs over different
    documents or by different judges, and for a run that was interrupted.
    """
    if domain is not None:
        _check_domain(runs, domain)
    _check_documents(runs)
    _check_names(table)
    _check_judge(runs, table)
    counted = replace(runs, pairs=count_failures(runs.pairs))
    margins, guards = _margins(counted, table)
    observed = {name: observe(METRICS[name], counted.pairs) for name in (*margins, *table.slos)}
    _check_values(counted, table, observed)
    levels = table.error_rate, table.error_rate / (len(margins) + len(table.slos))
    requirements = (*_judge_margins(margins, observed, counted, levels), *_judge_slos(table, observed, counted, levels))
    marked = tuple(replace(one, is_guard=one.kind == "margin" and one.metric.name in guards) for one in requirements)
    return Verdict(runs, table.error_rate, marked, tuple(_changes(runs)), tuple(_cautions(runs)))


def judge_margin(one: Observed, draws: Draws, margin: float, levels: tuple[float, float]) -> Requirement:
    """Judge whether the candidate is worse by less than the margin. `levels`: to be met, and to be missed."""
    to_meet, to_miss = levels
    original, candidate = one.a.value, one.b.value
    if one.metric.better == "higher":
        observed, worst, best = original - candidate, -draws.low_bound(to_meet), -draws.high_bound(to_miss)
    else:
        observed, worst, best = candidate - original, draws.high_bound(to_meet), draws.low_bound(to_miss)
    found = Requirement(
        one.metric, "margin", margin, original, candidate, observed, worst, best, one.cases, "undecided"
    )
    if worst < margin:
        return replace(found, outcome="met")
    if best > margin:
        return replace(found, outcome="missed")
    return replace(found, needed=_needed(margin - observed, one, draws, levels))


def judge_slo(one: Observed, draws: Draws, limit: float, levels: tuple[float, float]) -> Requirement:
    """Judge whether the candidate's own value keeps a limit. `draws` are those of the candidate alone."""
    to_meet, to_miss = levels
    value = one.b.value
    is_least = one.metric.better == "higher"
    worst = draws.low_bound(to_meet) if is_least else draws.high_bound(to_meet)
    best = draws.high_bound(to_miss) if is_least else draws.low_bound(to_miss)
    found = Requirement(one.metric, "slo", limit, one.a.value, value, value, worst, best, one.cases, "undecided")
    if worst >= limit if is_least else worst <= limit:
        return replace(found, outcome="met")
    if best < limit if is_least else best > limit:
        return replace(found, outcome="missed")
    return replace(found, needed=_needed(value - limit if is_least else limit - value, one, draws, levels))


def _needed(gap: float, one: Observed, draws: Draws, levels: tuple[float, float]) -> int | None:
    """Return the cases that decide: that it is met where the gap is positive, else that it is missed."""
    level = levels[0] if gap > 0 else levels[1]
    needed = cases_needed(gap, draws.deviation() * one.cases**0.5, one.reach, level)
    if needed is None:
        return None
    fewest = cases_for_percentile(one.metric.percent, level) if one.metric.percent is not None else 0
    return max(needed, fewest, one.cases + 1)


def _judge_margins(
    margins: Mapping[str, float],
    observed: Mapping[str, Observed | None],
    runs: PairedRuns,
    levels: tuple[float, float],
) -> Iterator[Requirement]:
    present = {name: one for name in margins if (one := observed[name]) is not None}
    draws = dict(zip(present, draw_differences(list(present.values()), len(runs.pairs)), strict=True))
    for name, margin in margins.items():
        if name in present:
            yield judge_margin(present[name], draws[name], margin, levels)
        else:
            yield _without_value(name, margin, runs)


def _judge_slos(
    table: GateTable, observed: Mapping[str, Observed | None], runs: PairedRuns, levels: tuple[float, float]
) -> Iterator[Requirement]:
    present = {name: one for name in table.slos if (one := observed[name]) is not None}
    draws = draw_values([one.b for one in present.values()], len(runs.pairs))
    for (name, one), drawn in zip(present.items(), draws, strict=True):
        yield judge_slo(one, drawn, table.slos[name], levels)


def _without_value(name: str, margin: float, runs: PairedRuns) -> Requirement:
    """Return the margin of a metric that the candidate has no value of, such as citations that it never makes."""
    found = [pair[0].contributions[name] for pair in runs.pairs if name in pair[0].contributions]
    original = sum(one.numerator for one in found) / sum(one.denominator for one in found)
    infinite = float("inf")
    return Requirement(
        METRICS[name], "margin", margin, original, None, infinite, infinite, infinite, len(found), "missed"
    )


def _margins(runs: PairedRuns, table: GateTable) -> tuple[dict[str, float], frozenset[str]]:
    """Return the margins, those of the table first, and the names of the guards that it does not name."""
    measured = {name for pair in runs.pairs for name in pair[0].contributions}
    guards = {name: margin for name, margin in GUARDS.items() if name in measured and name not in table.margins}
    return {**table.margins, **guards}, frozenset(guards)


def _check_domain(runs: PairedRuns, domain: str) -> None:
    for run in (runs.a, runs.b):
        if run.configuration.get("domain") != domain:
            raise ConfigurationError(
                f"{run.folder} is a run of the domain '{run.configuration.get('domain')}', and the margins are those "
                f"of '{domain}'. Set GROUNDWORK_DOMAIN to the domain of the runs."
            )


def _check_documents(runs: PairedRuns) -> None:
    for run in (runs.a, runs.b):
        if run.configuration.get(_SAME_DOCUMENTS) is None:
            raise ConfigurationError(
                f"{run.folder} does not say which documents it was run over: an earlier version wrote it. Run it again."
            )
    a, b = (str(run.configuration[_SAME_DOCUMENTS]) for run in (runs.a, runs.b))
    if a != b:
        raise ConfigurationError(
            f"{runs.a.folder} and {runs.b.folder} were run over different documents ({_SAME_DOCUMENTS} {a[:12]} and "
            f"{b[:12]}), so that their difference is not the candidate's. Run both over the same index."
        )


def _check_names(table: GateTable) -> None:
    for section, names in (("margins", table.margins), ("slos", table.slos)):
        for name in names:
            if name not in METRICS:
                raise ConfigurationError(
                    f"[gate.{section}] names '{name}', which is no metric. Metrics: {', '.join(METRICS)}."
                )
            most, limit = METRICS[name].most, names[name]
            if most is not None and limit > most:
                raise ConfigurationError(
                    f"[gate.{section}] has '{name}' = {limit:g}, and its values are between 0 and {most:g}: write 0.05 "
                    "for five points."
                )


def _check_judge(runs: PairedRuns, table: GateTable) -> None:
    """Refuse to compare what one judge found with what another one did."""
    if not any(METRICS[name].group == _JUDGE for name in (*table.margins, *table.slos)):
        return
    a, b = (judge and judge["judge"]["model"] for judge in map(read_judge, (runs.a.folder, runs.b.folder)))
    if a != b:
        raise ConfigurationError(
            f"{runs.a.folder} was judged by {a}, and {runs.b.folder} by {b}, so that their difference is not the "
            "candidate's. Judge both with the same model: groundwork eval judge FOLDER"
        )


def _check_values(runs: PairedRuns, table: GateTable, observed: Mapping[str, Observed | None]) -> None:
    """Refuse a margin or an SLO of a metric that was not measured: nothing could be said about it."""
    measured = {name for pair in runs.pairs for name in pair[0].contributions}
    for section, names in (("margins", table.margins), ("slos", table.slos)):
        for name in names:
            is_lost = section == "margins" and name in measured
            if observed[name] is None and not is_lost:
                raise ConfigurationError(
                    f"[gate.{section}] names '{name}', of which the runs have no value. Run with what it needs (a "
                    "model, a judge, cases of that kind), or remove it."
                )


def _changes(runs: PairedRuns) -> Iterator[str]:
    """Yield in what the systems of the runs differ; long texts by name."""
    a, b = runs.a.configuration, runs.b.configuration
    before = {**{name: a.get(name) for name in _SYSTEM}, **a["recipe"]}
    after = {**{name: b.get(name) for name in _SYSTEM}, **b["recipe"]}
    for name in dict.fromkeys((*before, *after)):
        then, now = before.get(name), after.get(name)
        if then != now and name != "name":
            texts = any(isinstance(value, dict) or len(str(value)) > _LONGEST_VALUE for value in (then, now))
            yield f"{name}: another one" if texts else f"{name}: {then} -> {now}"


def _cautions(runs: PairedRuns) -> Iterator[str]:
    if not any(_changes(runs)):
        yield "The runs have the same recipe and a model of the same name: other differences are not known."
    if runs.b.configuration.get("split") != "test":
        yield (
            f"The questions are those of the split '{runs.b.configuration.get('split')}': what was tuned on them looks "
            "better on them. Decide on --split test once it is large enough."
        )
    a, b = (run.configuration.get("concurrency") for run in (runs.a, runs.b))
    if a != b:
        yield f"The original was asked with concurrency {a}, the candidate with {b}: durations cannot be compared."
    for letter, side in (("original", 0), ("candidate", 1)):
        results = [pair[side] for pair in runs.pairs]
        failed = sum(one.failure is not None for one in results)
        degraded = sum(map(is_degraded, results))
        if failed or degraded:
            yield (
                f"Of the {letter}, {failed} requests failed and {degraded} answers are degraded; they count as the "
                "worst answers."
            )
