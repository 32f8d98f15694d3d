"""A comparison on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.compare.result import CONFIDENCE, Comparison, Difference
from evals.compare.words import count, difference, figure, interval, p_value
from evals.metrics.catalogue import GROUPS
from evals.run.case_result import CaseResult

_HEADINGS = ("Metric", "A", "B", "B - A", "95% interval", "p (Holm)", "won", "lost", "n", "decides")
_STYLES = {"better": "green", "worse": "red", "undecided": ""}
_LONGEST = 300
"""Characters of an answer that are printed; the HTML report has all of them."""


def comparison_table(comparison: Comparison) -> Table:
    """Return a row a metric, by group."""
    table = Table(box=box.SIMPLE_HEAD)
    for column, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="right" if column else "left", no_wrap=True)
    for group, names in GROUPS.items():
        rows = [one for one in comparison.differences if one.metric.name in names]
        if rows:
            table.add_row(Text(group, style="bold"))
        for one in rows:
            table.add_row(*_row(one), style=_STYLES[one.direction])
    return table


def print_closing(comparison: Comparison, console: Console) -> None:
    """Print what is better or worse, how to read the table, and the cautions."""
    for line in _closing_lines(comparison):
        console.print(line, soft_wrap=True)


def print_cases(comparison: Comparison, shown: Difference, console: Console) -> None:
    """Print the cases that B lost and won in a metric, with both answers."""
    for words, ids in (("Lost", shown.lost), ("Won", shown.won)):
        console.print(Text(f"{words} by B in {shown.metric.name}: {count(len(ids), 'case')}", style="bold"))
        for case_id in ids:
            a, b = comparison.pair(case_id)
            console.print(Text(f"  {case_id}: {a.case.question}"), soft_wrap=True)
            for letter, result in (("A", a), ("B", b)):
                console.print(Text(f"    {letter}  {_shortened(answer_text(result))}"), soft_wrap=True)


def answer_text(result: CaseResult) -> str:
    """Return the answer, or why there is none."""
    return result.response.content if result.response is not None else f"(failed: {result.failure})"


def _row(one: Difference) -> tuple[str, ...]:
    return (
        f"  {one.metric.name}",
        figure(one.a, one.metric),
        figure(one.b, one.metric),
        difference(one.difference, one.metric),
        interval(one.low, one.high, one.metric),
        p_value(one.adjusted),
        str(len(one.won)),
        str(len(one.lost)),
        str(one.cases),
        "-" if one.needed is None else f"{one.needed:,}",
    )


def _closing_lines(comparison: Comparison) -> Iterator[Text]:
    runs = comparison.runs
    yield Text(f"A: {runs.a.folder}")
    yield Text(f"B: {runs.b.folder}")
    for direction in ("better", "worse"):
        names = [one.metric.name for one in comparison.differences if one.direction == direction]
        if names:
            yield Text(f"B is {direction} in: {', '.join(names)}.", style="bold")
    if all(one.direction == "undecided" for one in comparison.differences):
        yield Text(f"{count(len(runs.pairs), 'case')} show no difference between A and B.", style="bold")
    for line in reading_notes(comparison):
        yield Text(line)
    for name, letter in comparison.missing.items():
        yield Text(f"{name}: {letter} has no value.")
    for line in comparison.cautions:
        yield Text(line, style="yellow")


def reading_notes(comparison: Comparison) -> Iterator[str]:
    """Yield how to read the figures."""
    yield (
        f"Paired by case: won and lost count the cases in which B is better or worse; n those that have a value. "
        f"Intervals ({CONFIDENCE:.0%}) are of each metric alone and allow for a case that was not asked; p-values are "
        f"corrected for all {len(comparison.differences)} metrics (Holm)."
    )
    yield (
        'decides: cases with which a difference as large as the observed one is shown in 4 of 5 evaluations; "-": more '
        "than 100,000, or there is no difference."
    )


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()}…"
