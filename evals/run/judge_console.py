"""The judge's figures and its agreement with people on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.judge.judgement import JUDGE_METRICS
from evals.judge.measure import JudgeAgreement, judge_sentence
from evals.run.judge_run import JudgedRun

_MOST_CAUSES = 5


def print_judged(judged: JudgedRun, console: Console) -> None:
    """Print the judge's metrics over all questions, its agreement with people, and why answers were not judged."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("Metric", no_wrap=True)
    for heading in ("Value", "95% interval", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name in JUDGE_METRICS:
        estimate = judged.summary["all"].get(name)
        if estimate is not None:
            interval = f"{estimate.low:.3f} – {estimate.high:.3f}"
            table.add_row(name, f"{estimate.value:.3f}", interval, str(estimate.n))
    console.print(table)
    _print_sentences(judged.agreement.judge, judged.agreement.sentences(), console)
    for number, (cause, count) in enumerate(judged.causes.items()):
        if number < _MOST_CAUSES:
            console.print(Text(f"Not judged, {count}: {cause}", style="yellow"), soft_wrap=True)
    console.print(
        Text(f"Written to {judged.folder}: judgements.jsonl, judge.json, summary.json, report.html"), soft_wrap=True
    )


def print_agreement(agreement: JudgeAgreement, console: Console) -> None:
    """Print the judge, and its agreement with people in words."""
    _print_sentences(agreement.judge, agreement.labelled_sentences(), console)


def _print_sentences(judge: Mapping[str, Any], sentences: Iterable[str], console: Console) -> None:
    for sentence in (judge_sentence(judge), *sentences):
        console.print(Text(sentence), soft_wrap=True)
