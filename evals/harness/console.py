"""Print lm-eval's results on a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.harness.result import HarnessResult


def print_harness(result: HarnessResult, console: Console) -> None:
    """Print every metric of every task, and where the answers are."""
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("Task", "Metric", "Filter"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Value", "Standard error", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in result.metrics:
        error = "" if one.stderr is None else f"± {one.stderr:.3f}"
        table.add_row(one.task, one.metric, one.filter, f"{one.value:.3f}", error, str(one.n))
    console.print(table)
    console.print(Text(f"{result.model} at {result.url}, lm-eval {result.version}."), soft_wrap=True)
    if result.left_out:
        console.print(Text(f"{result.left_out} cases do not reach the model and are left out."), soft_wrap=True)
    console.print(Text(f"Written to {result.folder}; lm-eval.json has every answer."), soft_wrap=True)
