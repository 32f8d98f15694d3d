"""Find the rows that name the columns of a table.

Not covered: headers at the left of a table without one at its top (the first row may be taken for the header).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.parse.spreadsheet.grid import (
    COVERED,
    Block,
    Cell,
    Line,
    Range,
    Row,
    Sheet,
    columns_of,
    numeric_columns,
    written,
)

_MAX_HEADER_ROWS = 4
_YEARS = range(1900, 2101)


def header_rows(block: Block, sheet: Sheet) -> int:
    """Return how many rows name the columns.

    The row of an autofilter and those above a frozen pane's edge are the header. Otherwise it is the first row, unless
    it has a number in a column of numbers, and the rows below it that belong to its merged cells.
    """
    if len(block) < 2:
        return int(len(block[0].cells) > 2 and all(cell.kind == "text" for cell in block[0].cells.values()))
    for one in sheet.filters:
        if begins_at(block, one):
            return next(at for at, line in enumerate(block) if line.number == one.top) + 1
    frozen = sum(line.number < sheet.frozen_rows for line in block)
    if 0 < frozen <= _MAX_HEADER_ROWS and frozen < len(block):
        return frozen
    depth = _merged_depth(block)
    return 0 if is_data(block[depth - 1].cells, block[depth:]) or _has_names_at_left(block) else depth


def begins_at(block: Block, filtered: Range) -> bool:
    """Say whether the first row of an autofilter is among the first rows of the block."""
    return any(line.number == filtered.top for line in block[:_MAX_HEADER_ROWS])


def _merged_depth(block: Block) -> int:
    """Return the rows of a header whose cells are merged: names of groups above, or names that reach down."""
    depth = 1
    while depth < min(_MAX_HEADER_ROWS, len(block) - 1):
        above, below = block[depth - 1].cells, block[depth].cells
        if any(cell.kind in ("number", "date") and not _is_year(cell) for cell in below.values()):
            break
        grouped = COVERED in above.values() and len(written(above)) > 0
        # The name of a column reaches down, and so does a row's: a header has only texts, and a body below it numbers.
        repeated = any(below.get(column) == cell for column, cell in above.items() if cell.text)
        if not grouped and not (repeated and numeric_columns(block[depth:])):
            break
        depth += 1
    return depth


def is_data(first: Row, rest: Block) -> bool:
    """Say whether a first row is data: it has a number where the column has numbers, years and days excepted."""
    numbers = [cell for cell in first.values() if cell.kind == "number"]
    if len(numbers) > 2 and _counts_up(numbers):
        return False
    numeric = numeric_columns([Line(-1, {}), *rest])
    dated = {column for line in rest[:20] for column, cell in line.cells.items() if cell.kind == "date"}
    return any(
        (cell.kind == "number" and column in numeric and not _is_year(cell))
        or (cell.kind == "date" and column in dated)
        for column, cell in first.items()
    )


def _is_year(cell: Cell) -> bool:
    return cell.text.isdecimal() and int(cell.text) in _YEARS


def _counts_up(cells: Sequence[Cell]) -> bool:
    """Say whether the cells are consecutive whole numbers, as the days of a month."""
    if not all(cell.text.isdecimal() for cell in cells):
        return False
    return all(int(after.text) - int(cell.text) == 1 for cell, after in pairwise(cells))


def _has_names_at_left(block: Block) -> bool:
    """Say whether a block of two columns has bold names in the first, and none in the second."""
    columns = sorted(columns_of(block))
    if len(columns) != 2:
        return False
    left = [line.cells[columns[0]] for line in block if columns[0] in line.cells]
    right = [line.cells[columns[1]] for line in block if columns[1] in line.cells]
    return all(cell.strong for cell in left) and not any(cell.strong for cell in right)
