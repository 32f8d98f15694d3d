"""The standings of an arena on the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.arena.cells import TextTable, models_table, pairs_table
from evals.arena.result import Arena

_LEGEND = (
    "Strength: Bradley-Terry, in Elo points around the mean of the models; 95% bootstrap intervals over questions. "
    "Score: wins and half the ties of the first model. n counts questions."
)


def print_arena(arena: Arena, console: Console) -> None:
    """Print the models and the pairs with what each source says of them, and what a reader has to know."""
    if arena.standings:
        sources = " and ".join(one.source for one in arena.standings)
        console.print(Text(f"By {sources}", style="bold"))
        for table in (models_table(arena.standings), pairs_table(arena.standings)):
            console.print(_shown(table, with_sources=len(arena.standings) > 1))
    for line in _closing_lines(arena):
        console.print(Text(line), soft_wrap=True)


def _shown(table: TextTable, *, with_sources: bool) -> Table:
    shown = Table(box=box.SIMPLE_HEAD)
    first, *others = table.headings
    shown.add_column(Text(first))
    for heading, source in zip(others, table.sources, strict=True):
        shown.add_column(Text(f"{source}\n{heading}" if with_sources else heading), justify="right")
    for label, *cells in table.rows:
        shown.add_row(Text(label), *cells)
    return shown


def _closing_lines(arena: Arena) -> list[str]:
    lines = [*([_LEGEND] if arena.standings else []), *arena.notes()]
    if arena.posted is not None:
        known = f"; {arena.posted.known} were in it already" if arena.posted.known else ""
        lines.append(f"Posted to the review queue: {arena.posted.added} pairs{known}.")
    return [*lines, f"Written to {arena.folder}"]
