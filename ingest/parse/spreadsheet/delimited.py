"""Delimited text: .csv and .tsv, with a comma, semicolon, tab or bar between the cells (RFC 4180 and its relatives).

The delimiter is the one that divides most rows into equally many cells; a first line `sep=;` names it. Quoted cells may
have line breaks and doubled or escaped quotes; a quote that is never closed is a character like any other. Single cells
above a table are its title, empty rows divide tables when the rows below have another width or a header of their own.
The first row is the header unless it has numbers where the rows below have them. Values stay as they are written.

Not covered: cells in single quotes, delimiters of several characters, comment lines, fixed widths.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, Paragraph, ParsedElements, Table
from ingest.parse.shared.encoding import decode
from ingest.parse.spreadsheet.grid import Cell, CellKind, Line
from ingest.parse.spreadsheet.headers import is_data

_DELIMITERS = ("\t", ";", "|", ",")
_SAMPLE_CHARACTERS = 200_000
_SAMPLE_ROWS = 200
_LONGEST_CELL = 10_000_000
"""Characters. The default limit of the standard library is 131,072."""

_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ \t]*(?:\n|$)', re.IGNORECASE)
_NUMBER = re.compile(
    r"[-+(]?\s*(?:[$€£¥]|[A-Z]{3} )?\s*[-+]?\d[\d.,'\u2009\u202f\u00a0 ]*(?:e[-+]?\d+)?\s*(?:%|[$€£¥]|[A-Z]{3})?\)?",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}:\d{2}.*)?|\d{1,2}:\d{2}(?::\d{2}.*)?")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are divided. Without `quoted`, quotes are characters; `escaped` says that a backslash escapes them."""

    delimiter: str
    quoted: bool = True
    escaped: bool = False


def parse_delimited(content: bytes, _: Parsing) -> ParsedElements:
    """Return the tables of a file. Raises DocumentError."""
    text = decode(content)
    named = _SEPARATOR_LINE.match(text)
    if named:
        text = text[named.end() :]
    rows = _rows(text, _with_quotes(text, named[1] if named else _delimiter(text)))
    return ParsedElements(tuple(_elements(rows)))


def _delimiter(text: str) -> str:
    """Return the delimiter of a text; a comma if there is only one column.

    Of equally good ones it is that which is no part of the cells: a comma only between digits is a decimal comma, a
    semicolon or bar with a blank after it is punctuation.
    """
    sample = text[:_SAMPLE_CHARACTERS]
    shares = {delimiter: _share(sample, Dialect(delimiter)) for delimiter in _DELIMITERS if delimiter in sample}
    best = max(shares.values(), default=0.0)
    if not best:
        return ","
    candidates = [delimiter for delimiter, share in shares.items() if share >= best - 0.02]
    if len(candidates) > 1 and "," in candidates and _is_decimal_comma(sample):
        candidates.remove(",")
    plain = [one for one in candidates if one == "\t" or sample.count(one) > sample.count(f"{one} ")]
    return max(plain or candidates, key=lambda one: (one == "\t", one == "," and len(plain) > 1, shares[one]))


def _share(sample: str, dialect: Dialect, rows: int | None = _SAMPLE_ROWS) -> float:
    """Return the part of the first rows that have the most frequent number of cells, if that is more than one."""
    widths = Counter(len(row) for row in islice(_rows(sample, dialect), rows) if any(row))
    several = [count for width, count in widths.items() if width > 1]
    return max(several) / widths.total() if several else 0.0


def _is_decimal_comma(sample: str) -> bool:
    return sample.count(",") == len(_DECIMAL_COMMA.findall(sample))


def _with_quotes(text: str, delimiter: str) -> Dialect:
    """Return the dialect with this delimiter: how quotes in quoted cells are written."""
    plain = Dialect(delimiter)
    if '"' not in text:
        return plain
    if '\\"' in text:
        escaped = Dialect(delimiter, escaped=True)
        sample = text[:_SAMPLE_CHARACTERS]
        plain = escaped if _share(sample, escaped) > _share(sample, plain) else plain
    unquoted = Dialect(delimiter, quoted=False)
    if _is_balanced(text, plain) or _share(text, unquoted, rows=None) < _share(text, plain, rows=None):
        return plain
    return unquoted


def _is_balanced(text: str, dialect: Dialect) -> bool:
    """Say whether each quote that opens a cell is closed at the end of one."""
    try:
        for _ in _reader(text, dialect, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _rows(text: str, dialect: Dialect) -> Iterator[list[str]]:
    """Yield the rows, without blanks around the cells. Raise DocumentError for a cell of more than 10 MB."""
    try:
        for row in _reader(text, dialect, strict=False):
            yield [_cell(cell.strip(), dialect) for cell in row]
    except csv.Error as error:
        raise DocumentError(f"it cannot be divided into cells: {error}") from error


def _cell(cell: str, dialect: Dialect) -> str:
    if not dialect.quoted and len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def _reader(text: str, dialect: Dialect, *, strict: bool) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(
        _lines(text),
        delimiter=dialect.delimiter,
        quoting=csv.QUOTE_MINIMAL if dialect.quoted else csv.QUOTE_NONE,
        doublequote=not dialect.escaped,
        escapechar="\\" if dialect.escaped else None,
        skipinitialspace=True,
        strict=strict,
    )


def _lines(text: str) -> Iterator[str]:
    """Yield the lines with their ends. Other line ends than \\n are characters of a cell."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _elements(rows: Iterator[list[str]]) -> Iterator[Element]:
    parts: list[list[list[str]]] = [[]]
    after_gap = False
    for row in rows:
        if not any(row):
            after_gap = True
            continue
        parts[-1].append(row)
        if after_gap and len(parts[-1]) > 1:
            parts.append([parts[-1].pop()])
        after_gap = False
    tables = _tables(parts)
    for table in tables:
        if len(tables) > 1 and all(_filled(row) < 2 for row in table):
            yield from (Paragraph(cell) for row in table for cell in row if cell)
        elif table:
            yield from _table(table)


def _tables(parts: Sequence[list[list[str]]]) -> list[list[list[str]]]:
    """Join the parts between empty rows that continue the table above."""
    tables: list[list[list[str]]] = []
    for part in parts:
        if tables and _continues(tables[-1], part):
            tables[-1] += part
        else:
            tables.append(part)
    return tables


def _continues(above: list[list[str]], below: list[list[str]]) -> bool:
    width = _width(below)
    if width < 2 or width != _width(above):
        return False
    return _filled(below[0]) > 1 and not (not _is_data(below[0], below[1:]) and _has_numbers(below[1:]))


def _table(rows: list[list[str]]) -> Iterator[Element]:
    """Yield a table, and the single cells above and below it as paragraphs."""
    start, end = 0, len(rows)
    if any(_filled(row) > 1 for row in rows):
        while _filled(rows[start]) < 2:
            start += 1
        while _filled(rows[end - 1]) < 2 and len(rows[end - 1]) < _width(rows):
            end -= 1
    yield from (Paragraph(cell) for row in rows[:start] for cell in row if cell)
    body = rows[start:end]
    header_rows = 0 if len(body) < 2 or _is_data(body[0], body[1:]) else 1
    yield Table(tuple(tuple(row) for row in body), header_rows)
    yield from (Paragraph(cell) for row in rows[end:] for cell in row if cell)


def _width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(len(row) for row in rows[:_SAMPLE_ROWS]).most_common(1)[0][0] if rows else 0


def _filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def _is_data(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    block = [Line(number, _cells(row)) for number, row in enumerate(rest[:_SAMPLE_ROWS])]
    return is_data(_cells(first), block)


def _has_numbers(rows: Sequence[Sequence[str]]) -> bool:
    return any(cell.kind != "text" for row in rows[:_SAMPLE_ROWS] for cell in _cells(row).values())


def _cells(row: Sequence[str]) -> dict[int, Cell]:
    return {column: Cell(cell, _kind(cell)) for column, cell in enumerate(row) if cell}


def _kind(cell: str) -> CellKind:
    if _DATE.fullmatch(cell):
        return "date"
    return "number" if _NUMBER.fullmatch(cell) else "text"
