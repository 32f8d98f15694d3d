"""The table of the systems: a row for each figure, a column for each system, with 95% intervals over questions.

The figures are those of the runs (`evals/run/folder.py`) with one change: an extractive answer that replaces one of a
model (degraded) says nothing for the model. In the metrics of what an answer says and cites it counts as an answer
that has nothing, as `groundwork eval gate` counts it. Loops and cut-off answers count what the model wrote anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    "degraded answers": "replaced by the extractive answer",
    "tokens per second": "tokens per second",
    "answer p50, ms": "answer p50, ms",
}
"""The metrics of the table, by their names in the catalogue."""
_OF_THE_WRITER = ("Citations", "Answers", "Tokens")
"""Groups of metrics of what an answer says and cites."""


def figures(folder: Path) -> dict[str, Estimate]:
    """Return the figures of a run by metric, with degraded answers counted as the module says."""
    return dict(summarise([_of_the_model(result) for result in read_run(folder).results])[ALL])


def markdown(columns: Mapping[str, Mapping[str, Estimate]]) -> str:
    """Return the table of the systems' figures, by name of the system; "–" where a metric applies to no question."""
    lines = [f"| | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
    lines += [
        f"| {label} | {' | '.join(_cell(found.get(metric)) for found in columns.values())} |"
        for metric, label in ROWS.items()
        if any(metric in found for found in columns.values())
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
