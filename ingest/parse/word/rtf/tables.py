"""Tables of RTF: rows of cells whose right edges, in twips, say which columns of the grid they cover."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.parse.elements import Element, Note, Table
from ingest.parse.shared.compose import flat, with_header

_TOLERANCE = 40
"""Twips between edges that are meant to be one: 0.7 mm."""


@dataclass(slots=True)
class CellDefinition:
    """The right edge of a cell, and whether it continues the cell above or to its left."""

    edge: int = 0
    continues_above: bool = False
    continues_left: bool = False


@dataclass(slots=True)
class RowDefinition:
    """What \\trowd begins. `next` is the cell that the following \\cellx ends."""

    left: int = 0
    is_header: bool = False
    cells: list[CellDefinition] = field(default_factory=list)
    next: CellDefinition = field(default_factory=CellDefinition)

    def end_cell(self, edge: int) -> None:
        """Add the next cell, which ends at `edge`."""
        self.next.edge = edge
        self.cells.append(self.next)
        self.next = CellDefinition()


Cell = list[Element]


@dataclass(slots=True)
class TableBuilder:
    """A table that is being read: its rows so far, the cells of the last one, and the content of the current cell."""

    rows: list[tuple[list[Cell], RowDefinition]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    content: Cell = field(default_factory=list)

    def end_cell(self) -> None:
        """End the current cell."""
        self.cells.append(self.content)
        self.content = []

    def end_row(self, definition: RowDefinition) -> None:
        """End the current row."""
        if self.cells:
            self.rows.append((self.cells, definition))
        self.cells = []

    def elements(self) -> Iterator[Element]:
        """Return the table with its notes, or the content of its cells when it only places them."""
        if self.content:
            self.end_cell()
        self.end_row(RowDefinition())
        if _is_layout([cells for cells, _ in self.rows]):
            yield from (element for cells, _ in self.rows for cell in cells for element in cell)
            return
        continues = [any(cell.continues_above for cell in definition.cells) for _, definition in self.rows]
        yield from with_header(_grid(self.rows), self._marked_rows(), continues)
        for cells, _ in self.rows:
            yield from (element for cell in cells for element in cell if isinstance(element, Note))

    def _marked_rows(self) -> int:
        marked = 0
        for _, definition in self.rows:
            if not definition.is_header:
                break
            marked += 1
        return marked


def _is_layout(rows: Sequence[Sequence[Cell]]) -> bool:
    columns = max(map(len, rows), default=0)
    if columns <= 1:
        return True
    cells = [cell for row in rows for cell in row]
    if columns == 2 and any(isinstance(element, Table) for cell in cells for element in cell):
        return True
    return len(rows) == 1 and any(sum(bool(flat([element])) for element in cell) > 1 for cell in cells)


def _grid(rows: Sequence[tuple[list[Cell], RowDefinition]]) -> tuple[tuple[str | None, ...], ...]:
    edges = _edges([definition for _, definition in rows])
    above: dict[int, str] = {}
    grid = []
    for cells, definition in rows:
        placed = list(_placed(cells, definition, edges, above))
        above = {column: text for column, _, text in placed if text is not None}
        values: list[str | None] = []
        for column, span, text in placed:
            values += [""] * (column - len(values))
            values += [text, *[None] * (span - 1)]
        grid.append(tuple(values))
    return tuple(grid)


def _placed(
    cells: Sequence[Cell], definition: RowDefinition, edges: Sequence[int], above: dict[int, str]
) -> Iterator[tuple[int, int, str | None]]:
    """Return column, span and text of each cell; the text of one that a cell to its left covers is None."""
    column = _column(definition.left, edges) if definition.cells else 0
    for index, cell in enumerate(cells):
        text: str | None = flat(element for element in cell if not isinstance(element, Note))
        end = column + 1
        if index < len(definition.cells):
            defined = definition.cells[index]
            end = max(end, _column(defined.edge, edges))
            if defined.continues_left:
                text = None
            elif defined.continues_above and not text:
                text = above.get(column, "")
        yield column, end - column, text
        column = end


def _edges(definitions: Sequence[RowDefinition]) -> list[int]:
    """Return the left edge of each column; edges that are close together are one."""
    found = {definition.left for definition in definitions if definition.cells}
    found |= {cell.edge for definition in definitions for cell in definition.cells}
    edges: list[int] = []
    for edge in sorted(found):
        if not edges or edge - edges[-1] > _TOLERANCE:
            edges.append(edge)
    return edges


def _column(edge: int, edges: Sequence[int]) -> int:
    return max(0, bisect_right(edges, edge) - 1)
