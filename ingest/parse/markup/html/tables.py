"""Tables of a page: the grid of rows and merged cells, the rows of the header, and tables that are only layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from selectolax.lexbor import LexborNode

from ingest.parse.elements import Table

# The limits of the HTML standard, "forming a table".
_MOST_COLUMNS = 1000
_MOST_ROWS = 65_534
_LEAST_NAMED = 3
"""Columns. With two, the first usually names what is beside it."""
_FIGURE = re.compile(r"\d")
_GROUPS = {"thead": 0, "tbody": 1, "tfoot": 2}
_STRUCTURE = ", ".join(f"td {tag}" for tag in "h1 h2 h3 h4 h5 h6 table pre dl hr article section".split())


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    columns: int
    rows: int
    head: bool


@dataclass(slots=True)
class _Row:
    group: int
    number: int
    cells: list[_Cell] = field(default_factory=list)

    @property
    def head(self) -> bool:
        named = [cell for cell in self.cells if cell.text or cell is not self.cells[0]]
        return self.group == 0 or (bool(named) and all(cell.head for cell in named))


class TableBuilder:
    """Collects rows and cells as they come, and returns them as a grid."""

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._group = (1, 0)

    def group(self, tag: str) -> None:
        """Begin a group of rows; the head is displayed first and the foot last, wherever the source has them."""
        self._group = (_GROUPS[tag], self._group[1] + 1)

    def row(self) -> None:
        """Begin a row."""
        self._rows.append(_Row(*self._group))

    def cell(self, node: LexborNode, text: str) -> None:
        """Append a cell to the row."""
        spans = node.attributes
        columns = _number(spans.get("colspan"), 1, _MOST_COLUMNS)
        rows = _number(spans.get("rowspan"), 0, _MOST_ROWS) or _MOST_ROWS
        head = node.tag == "th" or _is_bold(node, text)
        if not self._rows:
            self.row()
        self._rows[-1].cells.append(_Cell(text, columns, rows, head))

    def table(self) -> Table:
        """Return the table."""
        rows = sorted(self._rows, key=lambda row: row.group)
        header = sum(1 for _ in takewhile(lambda row: row.head, rows))
        header = header if header < len(rows) else min(1, header)
        header = header or int(_names_columns(rows))
        placed = list(_placed(rows))
        starts = sorted({start for cells in placed for start, _ in cells})
        return Table(tuple(_grid_row(cells, starts) for cells in placed), header)


def _names_columns(rows: list[_Row]) -> bool:
    """Say whether the first row is a header that is not marked as one: words, each once, over columns of figures."""
    if len(rows) < 2 or len(rows[0].cells) < _LEAST_NAMED:
        return False
    names = [cell.text for cell in rows[0].cells]
    if len(set(names)) < len(names) or not all(names) or any(map(_FIGURE.search, names)):
        return False
    return any(2 * sum(bool(_FIGURE.search(cell.text)) for cell in row.cells) >= len(names) for row in rows[1:])


def _placed(rows: list[_Row]) -> Iterator[list[tuple[int, _Cell]]]:
    """Yield the cells of each row with their first column, those from above included."""
    above: list[tuple[int, _Cell, int]] = []
    group = None
    for row in rows:
        if (row.group, row.number) != group:
            group, above = (row.group, row.number), []
        covering = sorted(above, key=lambda cell: cell[0])
        above = [(start, cell, left - 1) for start, cell, left in covering if left > 1]
        taken = [(start, cell) for start, cell, _ in covering]
        column = index = 0
        for cell in row.cells:
            while index < len(covering) and covering[index][0] <= column:
                column = max(column, covering[index][0] + covering[index][1].columns)
                index += 1
            taken.append((column, cell))
            if cell.rows > 1:
                above.append((column, cell, cell.rows - 1))
            column += cell.columns
        yield sorted(taken, key=lambda placed: placed[0])


def _grid_row(cells: list[tuple[int, _Cell]], starts: list[int]) -> tuple[str | None, ...]:
    """Return a cell for each column in which some cell of the table begins."""
    row: list[str | None] = []
    index = 0
    for column in starts:
        while index + 1 < len(cells) and cells[index + 1][0] <= column:
            index += 1
        if not cells or column < cells[index][0]:
            row.append("")
            continue
        start, cell = cells[index]
        covered = column < start + cell.columns
        row.append(cell.text if start == column else None if covered else "")
    return tuple(row)


def is_layout(table: LexborNode) -> bool:
    """Say whether a table only places parts of the page beside and below each other.

    That is one that says so, one of a single column without a header, and one whose cells have headings, tables,
    preformatted text or sections in them while it has no header, caption or border.
    """
    attributes = table.attributes
    if attributes.get("role") in ("presentation", "none"):
        return True
    cells = list(_cells(table))
    if any(cell.tag == "th" for cell in cells) or {child.tag for child in table.iter()} & {"caption", "thead"}:
        return False
    widest = max((sum(1 for cell in row.iter() if cell.tag in ("td", "th")) for row in _rows(table)), default=0)
    if widest < 2:
        return True
    bordered = (attributes.get("border") or "0") not in ("0", "")
    return not bordered and any(part.mem_id != table.mem_id for part in table.css(_STRUCTURE))


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    for child in table.iter():
        if child.tag in _GROUPS:
            yield from (row for row in child.iter() if row.tag == "tr")


def _cells(table: LexborNode) -> Iterator[LexborNode]:
    for row in _rows(table):
        yield from (cell for cell in row.iter() if cell.tag in ("td", "th"))


def _is_bold(node: LexborNode, text: str) -> bool:
    bold = node.css_first("b, strong") if text else None
    return bold is not None and "".join(bold.text().split()) == "".join(text.split())


def _number(value: str | None, least: int, most: int) -> int:
    found = re.match(r"\s*\+?(\d{1,6})", value or "")
    return max(least, min(int(found.group(1)), most)) if found else 1
