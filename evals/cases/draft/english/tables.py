"""Questions about the tables of an English document: a cell, the whole table, and the row with the highest value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evals.cases.draft.english.words import lowered
from evals.cases.draft.parts import Row, Table
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.vocabulary import Vocabulary

_COLUMNS = frozenset(
    """
    address age allowance amount budget capacity category code cost currency date day deadline default deposit discount
    duration e-mail email extension fee format frequency headcount height length level limit location maximum memory
    minimum number path penalty period phone port price priority quantity quota rate region retention role salary
    severity size speed status storage surcharge target telephone threshold time timing unit weight response
    equipment
    """.split()
)
"""Nouns of columns of which one asks "What is the … for …?". Chosen; other columns are asked about in no common way."""
_COUNTED = frozenset("people employees members seats days weeks months hours points users licences licenses".split())
_PERSONS = frozenset("owner lead contact approver".split())
_MEANING = frozenset(("description", "meaning", "definition", "what it means", "what it is", "explanation"))
_LABELS = frozenset(
    """
    area band building card category city class country department destination device event item kind language level
    location meal meeting model office parameter plan product profile project region role route service severity
    site software system team tier tool vehicle vendor version zone
    """.split()
)
"""Nouns of first columns, whose rows are things of that kind."""
_ACTS = frozenset("action step task activity who what".split())
"""Headers of first columns whose rows are sentences."""
_DATES = frozenset("day month date time year week holiday".split())
_NO_LABEL = re.compile(
    r"[,;:?!/\"“”()=]|\b(?:if|you|your|up to|under|over|above|below|more|less|other|others|total|only|is|are|and|or)\b|"
    r"(?:ed|s)$",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(?P<before>[€$£]?)\s?(?P<n>\d[\d,]*(?:\.\d+)?)\s?(?P<after>[^\d]*)")
_FEWEST_ROWS, _MOST_ROWS = 3, 8
_MOST_LABEL_WORDS = 5
_MOST_VALUE_WORDS = 40


def ask_about_table(table: Table, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Yield questions about each cell that can be asked for, and about the table as a whole."""
    if table.header[0].casefold() in _ACTS:
        return
    for column in range(1, len(table.header)):
        asked = _question_of_column(table.header, column)
        if asked is not None:
            yield from _cells(table, column, asked, vocabulary)
            yield from _highest(table, column, vocabulary)
    yield from _whole(table, vocabulary)


def _cells(table: Table, column: int, asked: str, vocabulary: Vocabulary) -> Iterator[Proposal]:
    for row in table.rows:
        name, value = row.cells[0], row.cells[column]
        if not _is_label(name) or not value or value.casefold() == name.casefold():
            continue
        if not re.search(r"\w", value) or len(value.split()) > _MOST_VALUE_WORDS:
            continue
        if question := _question_of_cell(asked, name, table.header[0].casefold(), vocabulary):
            yield Proposal(question, "cell", (_span(row),), value, subject=name, tags=("table_row",))


def _question_of_cell(asked: str, name: str, label: str, vocabulary: Vocabulary) -> str | None:
    """Return the question about the row of a name; None where it would not read well."""
    is_kind = _is_kind(label) and label not in name.casefold()
    if asked == "What is {}?":
        if name.isupper():
            return f"What does {name} mean?"
        if name == name.lower():
            return f'What is the {label} "{name}"?' if is_kind else None
        return asked.format(lowered(name, vocabulary))
    is_noun = label.isalpha() and vocabulary.is_common(label) and not label.endswith("s") and label not in _DATES
    if (is_kind or (is_noun and label not in name.casefold())) and re.fullmatch(r"[A-Z][a-z]+", name):
        return asked.format(f"the {name} {label}")
    return asked.format(lowered(name, vocabulary))


def _question_of_column(header: Sequence[str], column: int) -> str | None:
    """Return the question about a cell of a column, with {} for its row; None for a column that makes none."""
    title = " ".join(header[column].casefold().strip("?:").split())
    if title in _MEANING:
        return "What is {}?"
    if title == "approved by":
        return "Who approves {}?"
    if not re.fullmatch(r"[a-z][a-z-]*(?: [a-z][a-z-]*){0,2}", title) or header.count(header[column]) > 1:
        return None
    if title in _PERSONS or title in ("point of contact", "contact person"):
        return f"Who is the {title} for {{}}?"
    return f"What is the {title} for {{}}?" if title.split()[-1] in _COLUMNS else None


def _whole(table: Table, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Ask for all the rows of a small table of two columns."""
    label = table.header[0].casefold()
    asked = _question_of_column(table.header, 1) if len(table.header) == 2 else None
    if asked is None or not asked.startswith("What is the ") or not _is_kind(label):
        return
    if not _FEWEST_ROWS <= len(table.rows) <= _MOST_ROWS or not all(all(row.cells) for row in table.rows):
        return
    answer = "; ".join(f"{row.cells[0]}: {row.cells[1]}" for row in table.rows)
    question = f"What is the {vocabulary.lowered(table.header[1])} for each {vocabulary.lowered(label)}?"
    gold = (table.rows[0].start, table.rows[-1].end)
    yield Proposal(question, "whole table", (gold,), answer, tags=("table",))


def _highest(table: Table, column: int, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Ask for the row with the highest value of a column: an answer that only the whole table gives."""
    label, title = table.header[0].casefold(), table.header[column].casefold()
    values = [_VALUE.fullmatch(row.cells[column]) for row in table.rows]
    if len(values) < _FEWEST_ROWS or not _is_kind(label):
        return
    read = [(float(one["n"].replace(",", "")), one["before"] + one["after"].strip()) for one in values if one]
    numbers = [number for number, _ in read]
    if len(read) != len(values) or len({unit for _, unit in read}) != 1 or numbers.count(max(numbers)) != 1:
        return
    best = table.rows[numbers.index(max(numbers))]
    asked = f"has the most {title}" if title in _COUNTED else f"has the highest {vocabulary.lowered(title)}"
    question = f"Which {vocabulary.lowered(label)} {asked}?"
    yield Proposal(question, "highest", (_span(best),), f"{best.cells[0]}.", tags=("table",))


def _is_kind(label: str) -> bool:
    """Say whether a header names what kind of thing the rows are."""
    return bool(label) and label.split()[-1] in _LABELS


def _is_label(name: str) -> bool:
    return (
        bool(re.match(r"[A-Za-z].*\w$", name)) and len(name.split()) <= _MOST_LABEL_WORDS and not _NO_LABEL.search(name)
    )


def _span(row: Row) -> tuple[int, int]:
    return row.start, row.end
