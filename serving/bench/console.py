"""Results and comparisons on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from serving.bench.compare import Row, cautions
from serving.bench.findings import describe_load, sentences
from serving.bench.result import BenchResult, Rate


def print_result(result: BenchResult, console: Console) -> None:
    """Print a row a rate, then the highest load within the service level, by the sweep and by the search."""
    table = Table(box=None, pad_edge=False)
    headings = ("load", "req/s", "in flight", "TTFT ms", "ITL ms", "answer s", "tokens/s", "answered")
    for column, heading in enumerate(headings):
        # The words may wrap, the figures not: all fit into eighty columns.
        table.add_column(heading, justify="right" if column else "left", no_wrap=column > 0)
    for rate in result.rates:
        table.add_row(*_row(rate))
    console.print(table)
    console.print("Latencies: median/95th percentile; in flight: mean number of requests.")
    for name in ("prompts", "replay"):
        if name in result.about:
            console.print(f"Sent: {result.about[name]}.", soft_wrap=True)
    for sentence in sentences(result):
        console.print(sentence, soft_wrap=True)


def _row(rate: Rate) -> tuple[str, ...]:
    median, high = rate.median, rate.point.p95
    lost = rate.failed + rate.cut
    return (
        describe_load(rate.label),
        f"{rate.point.rate:.2f}",
        f"{rate.in_flight:.1f}",
        f"{median.ttft:,.0f}/{high.ttft:,.0f}",
        f"{median.itl:.1f}/{high.itl:.1f}",
        f"{median.e2e / 1000:.1f}/{high.e2e / 1000:.1f}",
        f"{rate.tokens_per_second:,.0f}",
        f"{rate.answered}" + (f" of {rate.answered + lost}" if lost else ""),
    )


def print_comparison(a: BenchResult, b: BenchResult, rows: tuple[Row, ...], console: Console) -> None:
    """Print a row a figure and load."""
    table = Table(box=None, pad_edge=False)
    for column, heading in enumerate(("load", "figure", a.name, b.name, f"{b.name} / {a.name}", "better")):
        table.add_column(heading, justify="right" if 2 <= column <= 4 else "left")
    for row in rows:
        better = {"a": a.name, "b": b.name, None: "undecided"}[row.better]
        table.add_row(describe_load(row.load), row.figure, *row.values(), str(row.ratio), better)
    console.print(table)
    for sentence in cautions(a, b):
        console.print(sentence, soft_wrap=True)
