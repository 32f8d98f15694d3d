"""A distillation on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from core.stats import Estimate
from evals.distill.run.budget import in_words
from evals.distill.run.figures import SHOWN
from evals.distill.run.result import DistillRunResult, Figures
from evals.run.presentation import figure

_STYLES = {"ships": "green", "does not ship": "red", "not enough questions": "yellow"}


def tables(result: DistillRunResult) -> Iterator[Table]:
    """Yield a table of the systems for each set, and the table of the time."""
    for name, of_set in result.sets.items():
        yield _systems(f"{name}: {result.cases[name]['questions']} questions", of_set)
    yield _time(result.budget)


def lines(result: DistillRunResult) -> Iterator[Text]:
    """Yield how to read the tables, what became of the examples, the verdicts, and where everything is."""
    for words in (*notes(result), *data_lines(result.data), *training_lines(result.training)):
        yield Text(words)
    for one in result.gates:
        yield Text(f"{one['set']}, {verdict_words(one)}", style=f"bold {_STYLES[one['verdict']]}")
        yield from (Text(f"  {reason}") for reason in one["reasons"])
    yield Text(f"Written to {result.folder}")
    yield Text(f"Read it in a browser: {result.folder / 'report.html'}")


def notes(result: DistillRunResult) -> Iterator[str]:
    """Yield how to read the figures."""
    yield (
        "Values with 95% bootstrap intervals. An answer that the app replaced by the extractive one, and a request "
        "that failed, count as the worst answer. Loops and cut-off answers are those that the model wrote, shown or "
        "not. For the gate an answer that was replaced, or is shown in part, is the worst in every metric. Durations "
        "are those of the answers that users get."
    )
    for name, chosen in result.cases.items():
        left_out = [f"{number} {reason}" for reason, number in chosen["left_out"].items() if number]
        if left_out:
            yield f"{name}: of the split's questions these are left out: {', '.join(left_out)}."


def data_lines(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the examples are, and what the filters dropped."""
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in data.get("by_kind", {}).items())
    yield f"Examples: {kinds}; {len(data['held_out'])} documents are held out."
    dropped = data.get("dropped", {})
    if dropped:
        reasons = ", ".join(f"{number:,} by {name}" for name, number in dropped.items())
        yield f"Of {data['candidates']:,} candidates the filters dropped {sum(dropped.values()):,}: {reasons}."


def training_lines(training: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the student was trained, and how its loss went."""
    yield (
        f"Training: {training['method']}, {training['steps']:,} steps, {training['examples_seen']:,} examples and "
        f"{training['tokens_seen']:,} tokens seen, {training['tokens_a_second']:.0f} tokens/s; "
        f"{training['peak_memory_bytes'] / 1e9:.1f} GB of memory."
    )
    losses = training["losses"]
    if losses:
        yield f"Loss of the answers' tokens: {losses[0][1]:.2f} at step {losses[0][0]}, {losses[-1][1]:.2f} at the end."
    if training["stopped"]:
        yield f"It ended before its last step: {training['stopped']}."


def verdict_words(gate: Mapping[str, Any]) -> str:
    """Return a verdict in words."""
    return f"{gate['candidate_system']} in place of {gate['original_system']}: {gate['verdict']}."


def cell(metric: str, estimate: Estimate) -> str:
    """Return a value with its interval."""
    value, low, high = (figure(metric, one) for one in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} – {high})"


def time_rows(budget: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield for each stage what was expected and what it took, and the sum."""
    for name, stage in budget["stages"].items():
        expected = stage["expected_s"]
        yield name, "" if expected is None else in_words(expected), in_words(stage["seconds"])
    yield "all", in_words(budget["seconds"]), in_words(budget["spent_s"])


def _systems(title: str, of_set: Figures) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Metric", no_wrap=True)
    for system in of_set:
        table.add_column(system, justify="right", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    for metric in SHOWN:
        found = {system: values[metric] for system, values in of_set.items() if metric in values}
        if found:
            cells = (cell(metric, found[system]) if system in found else "" for system in of_set)
            table.add_row(metric, *cells, str(max(one.n for one in found.values())))
    return table


def _time(budget: Mapping[str, Any]) -> Table:
    table = Table(title="Time", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Stage", no_wrap=True)
    for heading in ("expected", "taken"):
        table.add_column(heading, justify="right", no_wrap=True)
    rows = list(time_rows(budget))
    for number, row in enumerate(rows, start=1):
        table.add_row(*row, end_section=number == len(rows) - 1)
    return table
