"""What the parsers of Excel's formats share: styles, names of cells, and a workbook as elements."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from core.domain import Parsing
from ingest.parse.elements import Element, ParsedElements
from ingest.parse.shared.left_out import counted
from ingest.parse.spreadsheet.grid import Cell, Range, Sheet
from ingest.parse.spreadsheet.number_formats import GENERAL, is_date
from ingest.parse.spreadsheet.numbers import displayed_number, displayed_text
from ingest.parse.spreadsheet.sheets import sheet_elements

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
# The codes of a print header: &P page, &D date, &"font" … (ECMA-376 part 1, 18.3.1.46).
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|K\d\d[+-]\d{3}|\d+|[LCRPNDTAFZGBIUESXYOH+\-])', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell is displayed: its number format, and whether its font is bold."""

    code: str = GENERAL
    strong: bool = False


def number_cell(value: float, style: Style, *, epoch_1904: bool = False) -> Cell:
    """Return a number as displayed."""
    if not math.isfinite(value):
        return Cell("#NUM!", "number", style.strong)
    text = displayed_number(value, style.code, epoch_1904=epoch_1904)
    return Cell(text, "date" if is_date(style.code) else "number", style.strong)


def text_cell(text: str, style: Style) -> Cell:
    """Return a text as displayed."""
    return Cell(displayed_text(text, style.code), "text", style.strong)


def workbook_elements(
    sheets: Iterable[Sheet], settings: Parsing, *, title: str | None = None, uncomputed: int = 0
) -> ParsedElements:
    """Return the elements of all sheets. `uncomputed` counts the formulas that are read as text."""
    elements: list[Element] = []
    left_out: list[str] = []
    for sheet in sheets:
        contents, missing = sheet_elements(sheet, settings)
        elements += contents
        left_out += missing
    if uncomputed:
        left_out.append(
            f"the values of {counted(uncomputed, 'formula')}: open the file in a spreadsheet program and save it"
        )
    return ParsedElements(tuple(elements), title, tuple(left_out))


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """Return the number of a column, from 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell: A1 for 0, 0."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def range_of(reference: str) -> Range | None:
    """Return the range that is written as "A1:C3" or "A1"; None for anything else."""
    first, _, second = reference.partition(":")
    start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(second or first)
    if not start or not end:
        return None
    rows, columns = (int(start[2]) - 1, int(end[2]) - 1), (column_number(start[1]), column_number(end[1]))
    return Range(min(rows), min(columns), max(rows), max(columns))


def has_words(header: str) -> bool:
    """Say whether a print header or footer has more than page numbers, dates and names that the program fills in."""
    return any(char.isalnum() for char in _HEADER_CODE.sub(" ", header.replace("&&", "")))
