"""Print the result of a migration on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.migrate.candidate import PRESENT
from evals.migrate.result import MigrationResult, last_score


def print_migration(result: MigrationResult, console: Console) -> None:
    """Print every candidate with its dev score, what held-out cases say of the best one, and what was written."""
    table = Table(title="Prompts", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Candidate", no_wrap=True)
    table.add_column("What is different")
    table.add_column("Dev score", justify="right", no_wrap=True)
    table.add_column("Cases", justify="right", no_wrap=True)
    ranked = sorted(
        result.candidates[1:], key=lambda one: [-number for number in reversed(last_score(result, one.name))]
    )
    for candidate in (result.candidates[0], *ranked):
        value, cases = last_score(result, candidate.name)
        table.add_row(candidate.name, candidate.what, f"{value:.3f}", str(cases))
    console.print(table)
    for line in _lines(result):
        console.print(line, soft_wrap=True)


def _lines(result: MigrationResult) -> Iterator[Text]:
    yield Text(f"Score: the mean of {', '.join(result.metrics)}, from 0 to 1; refusals as evals/migrate/score.py says.")
    for reason in result.rejected:
        yield Text(f"Not tried, {reason}")
    found = result.confirmation
    best = result.search.best
    tried = f"{result.tried} candidates were tried"
    if found is None:
        yield Text(f"{tried}; none scored above '{PRESENT}' on the dev cases. Held-out cases were not asked.")
    else:
        yield Text(
            f"{found.n} held-out cases: '{PRESENT}' {found.present:.3f}, '{best.name}' {found.candidate:.3f}; "
            f"difference {found.difference:+.3f} (95% interval {found.low:+.3f} to {found.high:+.3f}); {tried}."
        )
    if result.reference is not None:
        yield Text(
            f"{result.old} with its own prompt: {result.reference[0]:.3f} on {result.reference[1]} of these cases."
        )
    yield Text(f"{result.requests} answers were asked for. Written to {result.folder}")
    if result.verdict == "gain":
        yield Text(f"A gain: {', '.join(map(str, result.files))}. The domain was not changed.", style="bold")
        return
    needed = (
        f" About {found.needed} held-out cases would show a difference of this size in four of five tries."
        if found and found.needed
        else ""
    )
    yield Text(f"No gain that held-out cases show. Keep the prompt.{needed}", style="bold")
