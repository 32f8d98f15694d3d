"""Print the result of a public set on a terminal: each metric, and beside it what others have published."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.external.published import KNOWN_SETS
from evals.external.result import ExternalResult


def print_external(result: ExternalResult, console: Console) -> None:
    """Print the metrics with their intervals, the published figures with their sources, and what differs."""
    about = result.configuration
    console.print(_metrics(result))
    if result.published:
        console.print(_published(result))
    model = f", {about['model']}" if about["model"] else ""
    asked = f"{result.asked} of {result.of_questions} questions" if result.is_sample else f"{result.asked} questions"
    lines = [
        f"{about['set']}: {asked}, {about['passages']:,} passages in {about['chunks']:,} chunks; recipe "
        f"{about['recipe']['name']}, {about['mode']} answers{model}, {about['embedder']}.",
        "n counts questions; intervals are 95% bootstrap intervals over questions.",
    ]
    if result.is_sample:
        lines.append("These are not all questions of the set: published figures are not comparable.")
    lines += [KNOWN_SETS[str(about["set"])].about, *result.notes, f"Written to {result.folder}"]
    for line in filter(None, lines):
        console.print(Text(line), soft_wrap=True)


def _metrics(result: ExternalResult) -> Table:
    table = Table(title="Measured", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Metric", no_wrap=True)
    for heading in ("Value", "95% interval", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, estimate in result.metrics.items():
        table.add_row(name, f"{estimate.value:.3f}", f"{estimate.low:.3f} – {estimate.high:.3f}", str(estimate.n))
    return table


def _published(result: ExternalResult) -> Table:
    """Return a row for each system: its published figures, below those that were measured here."""
    metrics = [name for name in result.metrics if any(figure.metric == name for figure in result.published)]
    table = Table(title="Published", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("System", no_wrap=True)
    for name in metrics:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Source")
    table.add_row("this service", *(f"{result.metrics[name].value:.3f}" for name in metrics), "measured here")
    for system, source in dict.fromkeys((figure.system, figure.source) for figure in result.published):
        values = {one.metric: one.value for one in result.published if (one.system, one.source) == (system, source)}
        table.add_row(system, *(f"{values[name]:.3f}" if name in values else "" for name in metrics), source)
    return table
