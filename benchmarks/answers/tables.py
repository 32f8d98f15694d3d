"""The tables that are printed, and answers in Markdown for reading by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from statistics import median

from rich.table import Table

from benchmarks.answers.ask import Answer
from benchmarks.answers.measures import MEASURES, Difference, difference, estimate
from benchmarks.answers.sets import Question

Figures = Mapping[str, Mapping[str, float]]
"""Measure -> question's id -> value."""

_WHOLE = ("characters",)


def figures_table(figures: Mapping[str, Figures]) -> Table:
    """Return the mean of each measure on each set with its 95% interval; of the length in characters the median."""
    table = Table("measure", *figures, title="Answers without a model: means over questions, 95% intervals")
    for column in table.columns[1:]:
        column.justify = "right"
    for measure in MEASURES:
        table.add_row(measure, *(_cell(measure, list(its.get(measure, {}).values())) for its in figures.values()))
    return table


def comparison_table(here: Mapping[str, Figures], there: Mapping[str, Figures]) -> Table:
    """Return the paired differences of two runs, for each set and measure that both have."""
    table = Table("set", "measure", "there", "here", "here - there", "95%", "n", "", title="Paired bootstrap")
    for column in table.columns[2:7]:
        column.justify = "right"
    for name in (name for name in here if name in there):
        for measure, found in differences(here[name], there[name]).items():
            digits = 0 if measure in _WHOLE else 3
            cells = (found.there, found.here, found.value)
            interval = f"{_number(found.low, digits)} – {_number(found.high, digits)}"
            table.add_row(
                name, measure, *(_number(cell, digits) for cell in cells), interval, str(found.n), found.verdict
            )
        table.add_section()
    return table


def differences(here: Figures, there: Figures) -> dict[str, Difference]:
    """Return the paired difference of each measure that two runs share."""
    found = {measure: difference(here.get(measure, {}), there.get(measure, {})) for measure in MEASURES}
    return {measure: one for measure, one in found.items() if one is not None}


def as_json(figures: Mapping[str, Figures]) -> dict[str, dict[str, dict[str, float]]]:
    """Return each measure of each set with its interval as JSON values."""
    return {
        name: {measure: asdict(estimate(list(values.values()))) for measure, values in its.items() if values}
        for name, its in figures.items()
    }


def in_markdown(question: Question, answer: Answer) -> str:
    """Return a question with its whole answer, the passages cited, and what should have been answered."""
    return "\n".join(_markdown(question, answer))


def _markdown(question: Question, answer: Answer) -> Iterator[str]:
    yield f"### {question.id} ({question.split}{'' if question.answerable else ', unanswerable'})\n"
    for turn in question.history:
        yield f"> {turn.role}: {turn.content}"
    yield f"> **{question.text}**\n"
    yield f"{answer.content}\n"
    for one in answer.citations:
        place = one.document_id if one.page is None else f"{one.document_id}, page {one.page}"
        yield f"- [{one.index}] {place}: {one.section}"
    yield f"\nExpected: {question.reference or 'a refusal'}\n"


def _cell(measure: str, values: Sequence[float]) -> str:
    if not values:
        return ""
    if measure in _WHOLE:
        return f"{median(values):.0f} (n {len(values)})"
    found = estimate(values)
    interval = f"{_number(found.low, 2)}–{_number(found.high, 2)}"
    return f"{_number(found.value, 3)} ({interval}; n {found.n})"


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
