"""Print an experiment and what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.experiments.report import ArmReport, ExperimentReport, MetricOfArm
from app.experiments.state import stop_line
from cli.options import print_table
from core.experiments import CONTROL, Metric

_WORDS: Mapping[Metric, str] = {
    "thumbs_up": "thumbs up, of rated",
    "flagged": "flagged, of judged",
    "refused": "refused",
    "failed": "failed",
    "cited": "with a citation",
    "p50_ms": "median latency",
    "p95_ms": "95th percentile of latency",
}
_NOTHING = "–"


def print_report(report: ExperimentReport, console: Console) -> None:
    """Print the arms, and each arm beside the control."""
    experiment = report.experiment
    seconds = experiment.window.total_seconds()
    window = f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds:g} s"
    by = f"by {experiment.sticky}, {window} from the first answer of each"
    shadow = "; shadow: the control is shown" if experiment.shadow else ""
    console.print(
        Text(f"{experiment.name}: {report.status}, {experiment.start} to {experiment.end}, {by}{shadow}", style="bold"),
        soft_wrap=True,
    )
    for arm in report.arms:
        console.print(Text(f"  {_arm_line(arm)}"))
        if arm.stop is not None:
            console.print(Text(f"  {stop_line(experiment.label(arm.name), arm.stop)}", style="red"), soft_wrap=True)
    if report.moved_units:
        console.print(Text(f"  {report.moved_units} met several arms, and count for the first"), style="dim")
    control = next(arm for arm in report.arms if arm.name == CONTROL)
    for arm in report.arms:
        if arm.name != CONTROL:
            print_table(_comparison(report, arm, control), console)
            verdict = _said(arm.metrics[experiment.metric].verdict)
            line = Text(f"What decides is {_WORDS[experiment.metric]}: {arm.name} is {verdict}.", style="bold")
            console.print(line, soft_wrap=True)


def print_experiments(rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print one line for each experiment; the arguments are the rows of `app.experiments.read.listed`."""
    if not rows:
        console.print(Text("domain.toml has no [[experiments]]."))
    for row in rows:
        arms = ", ".join(
            f"{arm['name']} {arm['share']:.4g}{' (stopped)' if arm['stop'] else ''}" for arm in row["arms"]
        )
        console.print(Text(f"{row['name']}: {row['status']}, {row['start']} to {row['end']}: {arms}"), soft_wrap=True)


def _arm_line(arm: ArmReport) -> str:
    counted = f"{arm.units:,} units with {arm.answers:,} answers"
    return f"{arm.name} ({100 * arm.share:.4g}%): {counted}, {arm.open_units:,} units whose window is open"


def _comparison(report: ExperimentReport, arm: ArmReport, control: ArmReport) -> Table:
    title = f"\n{arm.name} minus control, {100 * (1 - report.level):g}% intervals that hold at any time"
    table = Table(title=title, title_justify="left", title_style="", box=box.SIMPLE_HEAD)
    table.add_column("Metric", no_wrap=True)
    for heading in ("Control", arm.name, "Difference", "Interval", "p", "Units"):
        table.add_column(heading, justify="right", no_wrap=True)
    for metric, words in _WORDS.items():
        of_arm, of_control = arm.metrics[metric], control.metrics[metric]
        style = "bold" if of_arm.verdict != "undecided" else None
        table.add_row(words, *_cells(metric, of_arm, of_control), style=style)
    return table


def _cells(metric: Metric, arm: MetricOfArm, control: MetricOfArm) -> tuple[str, ...]:
    p_value = difference = _NOTHING
    if arm.p_value is not None:
        p_value = f"{arm.p_value:.3f}" if arm.p_value >= 0.001 else "<0.001"
    interval = _NOTHING
    if arm.difference is not None:
        difference = _shown(metric, arm.difference, sign=True)
        interval = f"{_shown(metric, arm.low, sign=True)} to {_shown(metric, arm.high, sign=True)}"
    return (
        _shown(metric, control.value),
        _shown(metric, arm.value),
        difference,
        interval,
        p_value,
        f"{control.units:,} + {arm.units:,}",
    )


def _shown(metric: Metric, value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "?" if sign else _NOTHING
    form = "+" if sign else ""
    return f"{value:{form},.0f} ms" if metric in ("p50_ms", "p95_ms") else f"{100 * value:{form}.1f}%"


def _said(verdict: str) -> str:
    return "not distinguished from the control yet" if verdict == "undecided" else f"{verdict} than the control"
