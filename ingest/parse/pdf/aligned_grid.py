"""Rows between gutters as the grid of a table, if they are one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from ingest.parse.pdf.geometry import Box, Grid
from ingest.parse.pdf.header_names import columns_of, placed_names
from ingest.parse.pdf.marks import list_mark
from ingest.parse.pdf.parts import UNFINISHED, VALUE, Row, gap

SHORT_CELL = 5
"""Words. Cells of tables without values are shorter in the median."""
_MOST_HEADERS = 5


def grid_of(rows: Sequence[Row], gutters: Sequence[tuple[float, float]], rules: Sequence[Box]) -> Grid | None:
    """Return the rows as a table; None when they are none. `rules` are as for `with_tables`."""
    start, end = min(row.line.left for row in rows), max(row.line.right for row in rows)
    edges = [start, *(edge for gutter in gutters for edge in gutter), end]
    columns = list(zip(edges[::2], edges[1::2], strict=True))
    placed = [_placed(row, columns) for row in rows]
    if not _is_table(rows, placed):
        return None
    header = _header_rows(rows, placed)
    full = _full_columns(rows[header:], columns)
    placed[:header] = [placed_names(row, full, rules) for row in rows[:header]]
    body = _joined(rows[header:], placed[header:])
    box = Box(
        min(row.line.left for row in rows),
        rows[0].line.box.top,
        max(row.line.right for row in rows),
        rows[-1].line.box.bottom,
    )
    return Grid(box, (*placed[:header], *body), header)


def _placed(row: Row, columns: Sequence[tuple[float, float]]) -> tuple[str | None, ...]:
    """Return the cells of a row; a part that reaches over several columns covers them."""
    cells: list[str | None] = [""] * len(columns)
    for part in row.parts:
        first, last = columns_of(part, columns)
        cells[first] = f"{cells[first]} {part.text}" if cells[first] else part.text
        for column in range(first + 1, last + 1):
            cells[column] = cells[column] or None
    return tuple(cells)


def _full_columns(rows: Sequence[Row], columns: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the columns with their currency signs."""
    full = list(columns)
    for row in rows:
        for part in row.parts[1:]:
            if part.is_value:
                column, _ = columns_of(part, columns)
                full[column] = (min(full[column][0], part.start), full[column][1])
    return full


def _is_table(rows: Sequence[Row], placed: Sequence[Sequence[str | None]]) -> bool:
    multi = [cells for cells in placed if sum(bool(cell) for cell in cells) >= 2]
    if len(multi) < 2 or len(multi) < len(rows) / 3:
        return False
    firsts = [cells[0] for cells in placed if cells[0]]
    if (
        firsts
        and sum(list_mark(f"{first} x") is not None for first in firsts) > len(firsts) / 2
        and len(placed[0]) == 2
    ):
        return False
    if any(re.search(r"(?:\. ?){4}$", row.parts[0].text) for row in rows):
        return False
    with_values = sum(row.has_value for row in rows)
    others = [cell for cells in multi for cell in cells[1:] if cell]
    if with_values >= 2 and with_values >= 0.4 * len(multi):
        return True
    if len(multi) < 3:
        return False
    short = median([len(cell.split()) for cell in others]) <= SHORT_CELL
    return short and median(len(first.split()) for first in firsts or [""]) <= SHORT_CELL and not _reads_on(multi)


def _reads_on(rows: Sequence[Sequence[str | None]]) -> bool:
    """Say whether cells go on in the next line: running text in columns."""
    cells = [cell for row in rows for cell in row if cell and len(cell.split()) > 1]
    return sum(cell[0].islower() for cell in cells) > 0.3 * len(cells)


def _header_rows(rows: Sequence[Row], placed: Sequence[Sequence[str | None]]) -> int:
    """Return how many rows name the columns: bold ones, or those above the first value."""
    value = next((number for number, row in enumerate(rows) if row.has_value), 0)
    bold = next((number for number, row in enumerate(rows) if not row.line.bold or row.has_value), 0)
    limit = bold if 0 < bold <= _MOST_HEADERS else min(value, _MOST_HEADERS)
    full = 0
    named = 0
    for number in range(limit):
        if rows[number].line.text.endswith(":"):
            break
        # A second row with something in each column is the first of the body, unless it goes on below the names.
        if all(placed[number]) and full and limit != bold:
            break
        full += all(placed[number])
        named = number + 1 if any(placed[number][1:]) else named
    return named


def _joined(rows: Sequence[Row], placed: Sequence[tuple[str | None, ...]]) -> list[tuple[str | None, ...]]:
    """Join the lines of one row: a label that goes on in lower case, and cells that go on below theirs."""
    body: list[tuple[str | None, ...]] = []
    widths = (
        [max((len(cells[column] or "") for cells in placed), default=0) for column in range(len(placed[0]))]
        if placed
        else []
    )
    for number, cells in enumerate(placed):
        if body and _goes_on(body[-1], cells, widths) and gap(rows[number - 1].line, rows[number].line) < 0.8:
            body[-1] = tuple(
                f"{above}\n{below}" if above and below else above or below
                for above, below in zip(body[-1], cells, strict=True)
            )
        else:
            body.append(cells)
    return body


def _goes_on(above: Sequence[str | None], below: Sequence[str | None], widths: Sequence[int]) -> bool:
    """Say whether cells are the next line of those above them. `widths` are the characters of the widest cells."""
    label = below[0] or ""
    if not label:
        # Only below text that fills its column: what has no label may be a total, or a heading.
        return bool(above[0]) and all(
            not cell or (not VALUE.match(cell) and len((above[column] or "").split("\n")[-1]) >= 0.6 * widths[column])
            for column, cell in enumerate(below)
        )
    if all(UNFINISHED.search(above[column] or "") for column, cell in enumerate(below) if cell and above[column]):
        # "(State of", "incorporation)"; the values of a row may be beside the last line of its label.
        return bool(above[0])
    return label[0].islower() and not (any(above[1:]) and any(below[1:])) and bool(above[0])
