"""A verdict on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.compare.words import count, figure
from evals.gate.result import Requirement, Verdict

_STYLES = {"met": "green", "missed": "red", "undecided": "yellow"}


def verdict_table(verdict: Verdict) -> Table:
    """Return a row a requirement."""
    table = Table(box=box.SIMPLE_HEAD)
    headings = ("Metric", "original", "candidate", "worse by", "at most", "allowed", "n", "")
    for column, heading in enumerate(headings):
        table.add_column(heading, justify="left" if column in (0, 7) else "right", no_wrap=True)
    for one in verdict.requirements:
        table.add_row(*_row(one), style=_STYLES[one.outcome])
    return table


def print_decision(verdict: Verdict, console: Console) -> None:
    """Print the reasons, the cautions and the decision."""
    for line in _lines(verdict):
        console.print(line, soft_wrap=True)


def explain(one: Requirement) -> str:
    """Return in a sentence what the runs show of a requirement."""
    metric, name = one.metric, one.metric.name
    value, worst, best, limit = (figure(each, metric) for each in (one.observed, one.worst, one.best, one.limit))
    if one.candidate is None:
        return f"{name}: the candidate has no value any more; the original has {figure(one.original, metric)}."
    if one.kind == "slo":
        allowed = f"at {'least' if metric.better == 'higher' else 'most'} {limit}"
        if one.outcome == "undecided":
            return f"{name} is {value}, and may be {worst}; {allowed} is allowed.{_more(one)}"
        return f"{name} is {value}, and {best} at best; {allowed} is allowed."
    if one.outcome == "undecided":
        return f"{name} is worse by {value}, and may be worse by {worst}; {limit} is allowed.{_more(one)}"
    return f"{name} is worse by {value}, and by {best} at least; {limit} is allowed."


def _more(one: Requirement) -> str:
    if one.needed is None:
        return " It is so near to the limit that no reasonable number of cases decides."
    return f" About {one.needed:,} cases decide; {one.cases:,} were asked."


def _row(one: Requirement) -> tuple[str, ...]:
    metric = one.metric
    candidate = "none" if one.candidate is None else figure(one.candidate, metric)
    is_slo = one.kind == "slo"
    bound = {"lower": "≤ ", "higher": "≥ "}[metric.better] if is_slo else ""
    return (
        f"{metric.name} (SLO)" if is_slo else metric.name,
        "" if is_slo else figure(one.original, metric),
        candidate,
        "" if is_slo or one.candidate is None else figure(one.observed, metric),
        "" if one.candidate is None else figure(one.worst, metric),
        f"{bound}{figure(one.limit, metric)}",
        str(one.cases),
        one.outcome,
    )


def _lines(verdict: Verdict) -> Iterator[Text]:
    yield Text(f"Original:  {verdict.runs.a.folder}")
    yield Text(f"Candidate: {verdict.runs.b.folder}")
    yield Text(
        f"{count(len(verdict.runs.pairs), 'question')}, paired. A candidate that is worse than allowed ships in "
        f"{verdict.error_rate:.1%} of evaluations at most."
    )
    if verdict.changes:
        yield Text(f"The candidate differs in {'; '.join(verdict.changes)}.")
    for line in verdict.cautions:
        yield Text(line, style="yellow")
    decided = verdict.of("missed") or verdict.of("undecided")
    for one in decided:
        yield Text(explain(one), style=_STYLES[one.outcome])
    yield Text(_decision(verdict), style="bold")


def _decision(verdict: Verdict) -> str:
    if verdict.decision == "ships":
        return "Ships."
    if verdict.decision == "does not ship":
        return f"Does not ship: {', '.join(one.metric.name for one in verdict.of('missed'))}."
    more = verdict.more_questions
    if more is None:
        return "Not enough questions, and no reasonable number of them decides."
    return f"Not enough questions: about {more:,} more of the same mix."
