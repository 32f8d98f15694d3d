"""Tables of a slide."""

from __future__ import annotations

from ingest.parse.elements import Element
from ingest.parse.ooxml.local import Node, child, children, is_true
from ingest.parse.ooxml.text import plain_text
from ingest.parse.shared.compose import with_header


def table(node: Node) -> tuple[Element, ...]:
    """Return a table, after its title if that is its first row."""
    properties = child(node, "tblPr")
    header = properties is not None and is_true(properties.get("firstRow"))
    rows: list[tuple[str | None, ...]] = []
    continues: list[bool] = []
    for row in children(node, "tr"):
        above = rows[-1] if rows else ()
        cells = list(children(row, "tc"))
        rows.append(tuple(_cell(cell, above, column) for column, cell in enumerate(cells)))
        continues.append(any(is_true(cell.get("vMerge")) for cell in cells))
    return with_header(rows, int(header), continues)


def _cell(cell: Node, above: tuple[str | None, ...], column: int) -> str | None:
    if is_true(cell.get("hMerge")):
        return None
    if is_true(cell.get("vMerge")):
        return above[column] if column < len(above) else None
    return plain_text(child(cell, "txBody"))
