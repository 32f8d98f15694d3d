"""Print the result of a migration on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.migrate.candidate import PRESENT
from evals.migrate.result import MigrationResult, last_score, ranked


def print_migration(result: MigrationResult, console: Console) -> None:
    """Print every candidate with its dev score, what held-out cases say of the best one, and what was written."""
    table = Table(title="Prompts", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Candidate", no_wrap=True)
    table.add_column("What is different")
    table.add_column("Dev score", justify="right", no_wrap=True)
    table.add_column("Cases", justify="right", no_wrap=True)
    for candidate in ranked(result):
        value, cases = last_score(result, candidate.name)
        table.add_row(candidate.name, candidate.what, f"{value:.3f}", str(cases))
    console.print(table)
    *lines, verdict = closing_lines(result)
    for line in lines:
        console.print(Text(line), soft_wrap=True)
    console.print(Text(verdict, style="bold"), soft_wrap=True)


def closing_lines(result: MigrationResult) -> Iterator[str]:
    """Give what is said of the result below the table; the last line is the verdict."""
    found, best = result.confirmation, result.search.best
    tried = f"{result.tried} candidates were tried"
    yield f"Score: the mean of {', '.join(result.metrics)}, from 0 to 1; refusals as evals/migrate/score.py says."
    yield from (f"Not tried, {reason}" for reason in result.rejected)
    if found is None:
        yield f"{tried}; none scored above '{PRESENT}' on the dev cases. Held-out cases were not asked."
    else:
        yield (
            f"{found.n} held-out cases: '{PRESENT}' {found.present:.3f}, '{best.name}' {found.candidate:.3f}; "
            f"difference {found.difference:+.3f} (95% interval {found.low:+.3f} to {found.high:+.3f}); {tried}."
        )
    if result.old_score is not None:
        score, cases = result.old_score
        yield f"{result.old} with its own prompt: {score:.3f} on {cases} of these cases."
    yield f"{result.requests} answers were asked for. Written to {result.folder}"
    if result.verdict == "gain":
        yield f"A gain: {', '.join(map(str, result.files))}. The domain was not changed."
        return
    needed = (
        f" About {found.needed} held-out cases would show a difference of this size." if found and found.needed else ""
    )
    yield f"No gain that held-out cases show. Keep the prompt.{needed}"
