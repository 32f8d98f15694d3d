"""Tables: their rows and cells in a grid, and whether a table is data or only a layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from ingest.parse.elements import Element
from ingest.parse.ooxml.names import attribute, child, descendants, is_on, tag
from ingest.parse.shared.compose import with_header

_WRAPPERS = frozenset(
    "w:sdt w:sdtContent w:customXml w:smartTag w:ins w:moveTo mc:AlternateContent mc:Choice mc:Fallback".split()
)

# Word itself allows 63.
_MOST_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at a column of the grid; `continues` a cell above or to the left of it."""

    element: etree._Element
    column: int
    span: int
    continues_above: bool
    continues_left: bool


def wrapped(parent: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Return the children with one of these names, also within content controls and the like."""
    for element in parent:
        if tag(element) in names:
            yield element
        elif tag(element) in _WRAPPERS:
            yield from wrapped(element, *names)


def is_layout(table: etree._Element) -> bool:
    """Say whether a table only places its content: one column, or one row or two columns with blocks in a cell."""
    rows = [list(wrapped(row, "w:tc")) for row in wrapped(table, "w:tr")]
    columns = max(map(len, rows), default=0)
    if columns <= 1:
        return True
    cells = [cell for row in rows for cell in row]
    if columns == 2 and any(True for cell in cells for _ in wrapped(cell, "w:tbl")):
        return True
    return len(rows) == 1 and any(_written_blocks(cell) > 1 for cell in cells)


def cells(table: etree._Element) -> Iterator[etree._Element]:
    """Return the cells of a layout in reading order."""
    for row in _rows(table):
        yield from (cell.element for cell in row if not cell.continues_above and not cell.continues_left)


def read_table(table: etree._Element, read_cell: Callable[[etree._Element], str]) -> tuple[Element, ...]:
    """Return a table, after its title if it has one. `read_cell` is called once for each displayed cell, in order."""
    above: dict[int, str] = {}
    grid, continues = [], []
    for row in _rows(table):
        written = _read_row(row, above, read_cell)
        above = {cell.column: text for cell, text in written}
        grid.append(_spread(written))
        continues.append(any(cell.continues_above for cell in row))
    return with_header(grid, _marked_rows(table), continues)


def _read_row(
    row: Sequence[Cell], above: dict[int, str], read_cell: Callable[[etree._Element], str]
) -> list[tuple[Cell, str]]:
    written = []
    for cell in row:
        continued = "" if cell.continues_left else above.get(cell.column) if cell.continues_above else None
        written.append((cell, read_cell(cell.element) if continued is None else continued))
    return written


def _spread(written: Sequence[tuple[Cell, str]]) -> tuple[str | None, ...]:
    """Return the row of a grid: the columns that a wide cell covers are None, those without a cell are empty."""
    values: list[str | None] = []
    for cell, text in written:
        values += [""] * (cell.column - len(values))
        values += [None if cell.continues_left else text, *[None] * (cell.span - 1)]
    return tuple(values)


def _rows(table: etree._Element) -> Iterator[list[Cell]]:
    for row in wrapped(table, "w:tr"):
        if not is_on(child(row, "w:trPr", "w:hidden")):
            yield list(_cells(row))


def _cells(row: etree._Element) -> Iterator[Cell]:
    column = _number(child(row, "w:trPr", "w:gridBefore"), 0)
    for element in wrapped(row, "w:tc"):
        properties = child(element, "w:tcPr")
        span = max(1, _number(child(properties, "w:gridSpan"), 1))
        yield Cell(element, column, span, _continues(properties, "w:vMerge"), _continues(properties, "w:hMerge"))
        column += span


def _continues(properties: etree._Element | None, name: str) -> bool:
    merged = child(properties, name)
    return merged is not None and attribute(merged) != "restart"


def _marked_rows(table: etree._Element) -> int:
    """Return how many first rows are repeated on each page."""
    marked = 0
    for row in wrapped(table, "w:tr"):
        if not is_on(child(row, "w:trPr", "w:tblHeader")):
            break
        marked += 1
    return marked


def _written_blocks(cell: etree._Element) -> int:
    paragraphs = (block for block in wrapped(cell, "w:p") if any(True for _ in descendants(block, "w:t")))
    return sum(1 for _ in paragraphs) + 2 * sum(1 for _ in wrapped(cell, "w:tbl"))


def _number(element: etree._Element | None, default: int) -> int:
    value = attribute(element)
    return min(int(value), _MOST_COLUMNS) if value.isdigit() else default
