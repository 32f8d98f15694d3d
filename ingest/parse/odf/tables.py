"""Tables: the cells as a grid, and merged cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.parse.elements import Element
from ingest.parse.odf.names import Node, attribute, children, count, name
from ingest.parse.shared.compose import with_header

_CELLS = ("table:table-cell", "table:covered-table-cell")
_MOST_REPEATS = 1_000
"""Columns and rows of a text's table; programs fill the rest of a sheet with one repeated cell."""


def read_table(table: Node, read_cell: Callable[[Node], str]) -> tuple[Element, ...]:
    """Return a table, after its title if that is its first row.

    A covered cell repeats the one above that covers it, and is None beside one to its left.
    """
    rows: list[tuple[str | None, ...]] = []
    continues: list[bool] = []
    headers = 0
    below: dict[int, tuple[int, str | None]] = {}
    for row, is_header in _rows(table):
        for _ in range(max(1, count(row, "table:number-rows-repeated", 1, _MOST_REPEATS))):
            continues.append(bool(below))
            rows.append(tuple(_row(row, read_cell, below)))
            headers += is_header
    if not headers and attribute(table, "table:use-first-row-styles") == "true":
        headers = 1
    return with_header(rows, headers, continues)


def is_layout(table: Node) -> bool:
    """Say whether a table only places its content: it has no more than one column."""
    return all(sum(1 for _ in children(row, *_CELLS)) <= 1 for row, _ in _rows(table)) and not any(
        count(cell, "table:number-columns-repeated") > 1 for cell in cells(table)
    )


def cells(table: Node) -> Iterator[Node]:
    """Return the cells of a table that are displayed, in reading order."""
    for row, _ in _rows(table):
        yield from children(row, "table:table-cell")


def _rows(table: Node, is_header: bool = False) -> Iterator[tuple[Node, bool]]:
    for node in children(table):
        match name(node):
            case "table:table-row":
                yield node, is_header
            case "table:table-header-rows":
                yield from _rows(node, True)
            case "table:table-rows" | "table:table-row-group" | "text:soft-page-break":
                yield from _rows(node, is_header)


def _row(row: Node, read_cell: Callable[[Node], str], below: dict[int, tuple[int, str | None]]) -> Iterator[str | None]:
    """Return the cells of a row. `below` has, for each column, how many rows below are covered, and by which text."""
    column = 0
    for cell in children(row, *_CELLS):
        text = read_cell(cell)
        for _ in range(max(1, count(cell, "table:number-columns-repeated", 1, _MOST_REPEATS))):
            if name(cell) == "table:covered-table-cell":
                left, above = below.pop(column, (0, None))
                yield above if left else None
                if left > 1:
                    below[column] = (left - 1, above)
            else:
                _cover(cell, text, column, below)
                yield text
            column += 1


def _cover(cell: Node, text: str, column: int, below: dict[int, tuple[int, str | None]]) -> None:
    height = count(cell, "table:number-rows-spanned", 1, _MOST_REPEATS)
    width = count(cell, "table:number-columns-spanned", 1, _MOST_REPEATS)
    below.pop(column, None)
    if height > 1:
        below |= {at: (height - 1, text if at == column else None) for at in range(column, column + width)}
