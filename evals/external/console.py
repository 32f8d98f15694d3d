"""Print the result of a public set on a terminal: each metric, and beside it what others have published."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.external.published import KNOWN_SETS
from evals.external.result import ExternalResult

_SAMPLE = "These are not all questions of the set: published figures are not comparable."


def print_external(result: ExternalResult, console: Console) -> None:
    """Print the metrics with their intervals, the published figures with their sources, and what differs."""
    console.print(_metrics(result))
    headings, rows = published_table(result)
    if rows:
        table = _table("Published")
        for heading in headings:
            table.add_column(heading, justify="left" if heading in ("System", "Source") else "right", no_wrap=True)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for line in closing_lines(result):
        console.print(Text(line), soft_wrap=True)


def closing_lines(result: ExternalResult) -> list[str]:
    """Return what is said of the result below its tables."""
    about = result.configuration
    model = f", {about['model']}" if about["model"] else ""
    asked = f"{result.asked} of {result.of_questions} questions" if result.is_sample else f"{result.asked} questions"
    lines = [
        f"{about['set']}: {asked}, {about['passages']:,} passages in {about['chunks']:,} chunks; recipe "
        f"{about['recipe']['name']}, {about['mode']} answers{model}, {about['embedder']}.",
        "n counts questions; intervals are 95% bootstrap intervals over questions.",
        _SAMPLE if result.is_sample else "",
        KNOWN_SETS[str(about["set"])].about,
        *(f"[{number}] {source}" for number, source in enumerate(_sources(result), start=1)),
        *result.notes,
        f"Written to {result.folder}",
    ]
    return list(filter(None, lines))


def published_table(result: ExternalResult) -> tuple[list[str], list[list[str]]]:
    """Return the headings and the rows of the published figures, the service's own first; no row without figures.

    A source is its number among the closing lines.
    """
    metrics = _published_metrics(result)
    headings = ["System", *metrics, "Source"]
    numbers = {source: f"[{number}]" for number, source in enumerate(_sources(result), start=1)}
    if not metrics:
        return headings, []
    rows = [["this service", *(f"{result.metrics[name].value:.3f}" for name in metrics), ""]]
    for system, source in dict.fromkeys((figure.system, figure.source) for figure in result.published):
        values = {one.metric: one.value for one in result.published if (one.system, one.source) == (system, source)}
        rows.append([system, *(f"{values[name]:.3f}" if name in values else "" for name in metrics), numbers[source]])
    return headings, rows


def _published_metrics(result: ExternalResult) -> list[str]:
    """Return the metrics that were measured here and published by somebody."""
    return [name for name in result.metrics if any(figure.metric == name for figure in result.published)]


def _sources(result: ExternalResult) -> list[str]:
    """Return each source of the published figures once; none where nothing is compared with them."""
    return list(dict.fromkeys(figure.source for figure in result.published)) if _published_metrics(result) else []


def _metrics(result: ExternalResult) -> Table:
    table = _table("Measured")
    table.add_column("Metric", no_wrap=True)
    for heading in ("Value", "95% interval", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, estimate in result.metrics.items():
        table.add_row(name, f"{estimate.value:.3f}", f"{estimate.low:.3f} – {estimate.high:.3f}", str(estimate.n))
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
