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
from evals.run.folder import REPORT_FILE
from evals.run.presentation import OF_ALL_ONLY, OF_KINDS, OF_TAGS, SLICE_TITLES, figure, interval
from evals.run.run import Run

_MOST_LISTED = 10
"""Flags that touch no label, labelled parts without a flag, and failures that are printed; results.jsonl has all."""
_LONGEST_LISTED = 100
"""Characters of such a text."""
_BY_TAG = ("recall@5", "citation precision", "citation recall", "answers with a gold quote", "refusal recall")
"""The metrics that are printed for the questions with a tag: as many as a line of 80 characters has space for."""


def print_run(run: Run, console: Console) -> None:
    """Print every metric with its interval by kind of question and over all, the run's folder and the gate's result."""
    kinds = [name for name in OF_KINDS if name in run.summary]
    groups = tuple(group for group in GROUPS if group not in OF_ALL_ONLY)
    console.print(Columns([_table(SLICE_TITLES[name], run.summary[name], groups) for name in kinds]))
    tags = {name: run.summary[name] for name in OF_TAGS if name in run.summary}
    if tags:
        console.print(_tags_table(tags))
    console.print(_table(SLICE_TITLES["all"], run.summary["all"], tuple(GROUPS)))
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
    yield from _lines_on_failures(run)
    yield Text(f"Written to {run.folder}")
    yield Text(f"Read it in a browser: {run.folder / REPORT_FILE}")
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


def _lines_on_failures(run: Run) -> Iterator[Text]:
    """Name the requests that failed."""
    failures = list(run.failures.items())
    if failures:
        yield Text(
            f"{_count(len(failures), 'request')} failed; each counts as the worst answer in every metric.", style="red"
        )
    for case, message in failures[:_MOST_LISTED]:
        yield Text(f"Failed, {case}: {_shortened(message)}", style="red")
    if len(failures) > _MOST_LISTED:
        yield Text(f"and {len(failures) - _MOST_LISTED} more in results.jsonl", style="red")


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
            estimate = estimates[metric]
            cells = figure(metric, estimate.value), interval(metric, estimate), str(estimate.n)
            table.add_row(f"  {metric}", *cells)
    return table


def _tags_table(slices: Mapping[str, Mapping[str, Estimate]]) -> Table:
    """Return a table with a row for each tag; the report has all of their metrics."""
    table = Table(title="By tag", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Questions", no_wrap=True)
    metrics = [metric for metric in _BY_TAG if any(metric in estimates for estimates in slices.values())]
    for heading in ("n", *metrics):
        table.add_column(heading, justify="right", min_width=max(map(len, heading.split())), max_width=12)
    for name, estimates in slices.items():
        cells = [figure(metric, estimates[metric].value) if metric in estimates else "" for metric in metrics]
        table.add_row(SLICE_TITLES[name], str(estimates["failed requests"].n), *cells)
    return table
