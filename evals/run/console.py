"""Print the metrics of a run on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.grounding.reasons import flag_words
from core.stats import Estimate
from evals.metrics.catalogue import GROUPS
from evals.run.run import Run

_TITLES = {
    "all": "All questions",
    "answerable": "Answerable",
    "follow_up": "Follow-ups",
    "paraphrase": "Paraphrases: no content word shared with the gold quote",
    "unanswerable": "Unanswerable",
}
_MOST_LISTED = 10
"""Flags that touch no label, and labelled parts without a flag, that are printed; results.jsonl has all of them."""
_LONGEST_LISTED = 100
"""Characters of such a text."""
_MEAN_COUNTS = ("hard flags per answer", "soft flags per answer")


def print_run(run: Run, console: Console) -> None:
    """Print every metric with its interval by kind of question and over all, the run's folder and the gate's result."""
    kinds = [(name, estimates) for name, estimates in run.summary.items() if name != "all"]
    without_latency = tuple(group for group in GROUPS if group != "Latency")
    console.print(Columns([_table(_TITLES[name], estimates, without_latency) for name, estimates in kinds]))
    console.print(_table(_TITLES["all"], run.summary["all"], tuple(GROUPS)))
    for line in _closing_lines(run):
        console.print(line, soft_wrap=True)


def _closing_lines(run: Run) -> Iterator[Text]:
    about = run.configuration
    model = f", {about['model']}" if about["model"] else ""
    yield Text(
        f"{about['domain']}, recipe {about['recipe']['name']}, {about['mode']} answers{model}; "
        f"{about['documents']} documents, {about['chunks']} chunks, {about['embedder']}; split {about['split']}."
    )
    yield Text("n counts questions; intervals are 95% bootstrap intervals.")
    yield from _lines_on_labelled_answers(run)
    yield Text(f"Written to {run.folder}")
    if run.gate is not None:
        for regression in run.gate.regressions:
            yield Text(f"Regression: {regression}", style="red")
        yield Text(
            f"Compared with {run.gate.baseline}: {'ships' if run.gate.ships else 'does not ship'}.", style="bold"
        )


def _lines_on_labelled_answers(run: Run) -> Iterator[Text]:
    """Name the hard flags that touch no label, and the labelled parts that no flag touches."""
    checked = [(result.case.id, one) for result in run.results if result.response for one in result.response.checked]
    if not checked:
        return
    unsupported = sum(len(one.labelled.unsupported) for _, one in checked)
    yield Text(f"{_count(len(checked), 'labelled answer')}, {_count(unsupported, 'unsupported part')} in them.")
    alarms = [(case, flag) for case, one in checked for flag in one.false_alarms]
    missed = [(case, part) for case, one in checked for part in one.missed]
    for case, flag in alarms[:_MOST_LISTED]:
        evidence = _shortened(flag["evidence"]["text"]) if flag["evidence"] else None
        yield Text(f"False alarm, {case}: “{_shortened(flag['text'])}”: {flag_words(flag['reason'], evidence)}")
    for case, part in missed[:_MOST_LISTED]:
        yield Text(f"Not found, {case}: “{_shortened(part)}”")
    hidden = max(0, len(alarms) - _MOST_LISTED) + max(0, len(missed) - _MOST_LISTED)
    if hidden:
        yield Text(f"and {hidden} more in results.jsonl")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_LISTED else f"{line[:_LONGEST_LISTED].rstrip()}…"


def _table(title: str, estimates: Mapping[str, Estimate], groups: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Metric", no_wrap=True)
    for heading in ("Value", "95% interval", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    for group in groups:
        metrics = [metric for metric in GROUPS[group] if metric in estimates]
        if metrics:
            table.add_row(Text(group, style="bold"))
        for metric in metrics:
            table.add_row(f"  {metric}", *_cells(metric, estimates[metric]))
    return table


def _cells(metric: str, estimate: Estimate) -> tuple[str, str, str]:
    digits = 0 if metric.endswith(", ms") else 2 if metric in _MEAN_COUNTS else 3
    value, low, high = (f"{number:.{digits}f}" for number in (estimate.value, estimate.low, estimate.high))
    return value, f"{low} – {high}", str(estimate.n)
