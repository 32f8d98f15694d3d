"""The table of the systems: a row for each figure, a column for each system, with 95% intervals over questions.

There are two. As users see them the figures are those of the runs (`evals/run/folder.py`), where a degraded answer is
the extractive one in place of the model's, or the part of it before a loop or before the limit of tokens. For the
model a degraded answer counts as one that has nothing, in the metrics of what an answer says and cites, as `groundwork
eval gate` counts it. Loops and cut-off answers are the same in both, because they count what the model wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.stats import Estimate
from evals.gate.failures import is_degraded
from evals.metrics.catalogue import METRICS
from evals.metrics.contribution import Contribution
from evals.run.case_result import CaseResult
from evals.run.folder import read_run
from evals.run.summary import ALL, summarise

ROWS: Mapping[str, str] = {
    "required tokens": "gold tokens in the answer",
    "answers with all required tokens": "answers with all gold tokens",
    "answers with a right citation": "answers with a right citation",
    "citation precision": "citation precision",
    "citation recall": "citation recall",
    "refusal precision": "refusal precision",
    "refusal recall": "unanswerable, and refused",
    "answerable but refused": "answerable, but refused",
    "loops": "loops",
    "cut-off answers": "cut-off answers",
    "answers without a citation": "answers without a citation",
    "answers with a hard flag": "answers with a hard flag",
    "answers with a soft flag": "answers with a soft flag",
    "degraded answers": "degraded answers",
    "tokens per second": "tokens per second",
    "answer p50, ms": "answer p50, ms",
}
"""The metrics of the table, by their names in the catalogue."""
_OF_THE_WRITER = ("Citations", "Tokens")
"""Groups of metrics of what an answer says and cites."""


SEEN: tuple[str, ...] = tuple(name for name in ROWS if METRICS[name].group in _OF_THE_WRITER)
"""The metrics in which the two tables differ."""


def figures(folder: Path, *, as_seen: bool) -> dict[str, Estimate]:
    """Return the figures of a run by metric, of the answers as users see them or for the model."""
    results = read_run(folder).results
    return dict(summarise(results if as_seen else [_of_the_model(result) for result in results])[ALL])


def markdown(columns: Mapping[str, Mapping[str, Estimate]], metrics: Collection[str] = ROWS) -> str:
    """Return the table of the systems' figures, by name of the system; "–" where a metric applies to no question."""
    lines = [f"| | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
    lines += [
        f"| {label} | {' | '.join(_cell(found.get(metric)) for found in columns.values())} |"
        for metric, label in ROWS.items()
        if metric in metrics and any(metric in found for found in columns.values())
    ]
    return "\n".join(lines)


def _of_the_model(result: CaseResult) -> CaseResult:
    if not is_degraded(result):
        return result
    nothing = {
        name: Contribution(0.0, one.denominator)
        for name, one in result.contributions.items()
        if (metric := METRICS.get(name)) and metric.group in _OF_THE_WRITER and metric.better == "higher"
    }
    return replace(result, contributions={**result.contributions, **nothing})


def _cell(found: Estimate | None) -> str:
    if found is None:
        return "–"
    if found.high > 1.5:
        return f"{found.value:,.0f} ({found.low:,.0f} to {found.high:,.0f})"
    return f"{_share(found.value)} ({_share(found.low)} to {_share(found.high)})"


def _share(value: float) -> str:
    return f"{value:.2f}".removeprefix("0") if value < 1 else f"{value:.2f}"


def sizes(columns: Sequence[Mapping[str, Estimate]]) -> str:
    """Return how many questions the first system was asked, by what they are for."""
    first = columns[0]
    answerable, unanswerable = (first[name].n for name in ("answerable but refused", "refusal recall"))
    return f"{answerable} answerable questions and {unanswerable} that the documents do not answer"
