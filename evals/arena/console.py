"""The standings of an arena on the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.arena.cells import ranks, record, score, strength
from evals.arena.result import Arena
from evals.arena.standings import Standings


def print_arena(arena: Arena, console: Console) -> None:
    """Print the standings by each source, every pair of models, and what a reader has to know."""
    for standings in arena.standings:
        console.print(_models(standings))
        console.print(_pairs(standings))
    for line in _closing_lines(arena):
        console.print(Text(line), soft_wrap=True)


def _models(standings: Standings) -> Table:
    table = Table(title=f"By {standings.source}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Model")
    for heading in ("Won–tied–lost", "Strength", "95% interval", "Rank", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    for number, group in enumerate(standings.groups):
        if number:
            table.add_section()
        for standing in group:
            value, interval = strength(standing.strength)
            n = str(standing.strength.n) if standing.strength else "0"
            table.add_row(standing.model, record(standing), value, interval, ranks(standing), n)
    return table


def _pairs(standings: Standings) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("Pair")
    for heading in ("Won–tied–lost", "Score", "95% interval", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    for pair in standings.pairs:
        value, interval = score(pair.score)
        games = f"{pair.wins_a}–{pair.ties}–{pair.wins_b}"
        table.add_row(f"{pair.a} : {pair.b}", games, value, interval, str(pair.score.n))
    return table


def _closing_lines(arena: Arena) -> list[str]:
    lines = [
        "Strength: Bradley-Terry, in Elo points around the mean of the models; 95% bootstrap intervals over questions. "
        "Score: wins and half the ties of the first model. n counts questions.",
        *arena.notes(),
    ]
    if arena.posted is not None:
        lines.append(
            f"Posted to the review queue: {arena.posted.added} pairs; {arena.posted.known} were in it already."
        )
    if arena.folder is not None:
        lines.append(f"Written to {arena.folder}")
    return lines
