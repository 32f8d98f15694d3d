"""What of a sheet is displayed: without hidden rows and columns, with the values of merged cells where they belong."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from ingest.parse.shared.left_out import counted
from ingest.parse.spreadsheet.grid import COVERED, Range, Sheet, TableRange


def remove_hidden(sheet: Sheet) -> list[str]:
    """Remove hidden rows and columns, close the gaps, and name what had text."""
    rows = {index for index in sheet.hidden_rows if sheet.rows.get(index)}
    columns = (
        {
            column
            for row in sheet.rows.values()
            for column in row
            if any(a <= column <= b for a, b in sheet.hidden_columns)
        }
        if sheet.hidden_columns
        else set()
    )
    close_gaps(sheet)
    numbers = [(len(rows), "hidden row"), (len(columns), "hidden column")]
    return [f"{counted(number, noun)} of the sheet '{sheet.name}'" for number, noun in numbers if number]


def close_gaps(sheet: Sheet) -> None:
    """Remove the hidden rows and columns, and number the others without gaps."""
    if not sheet.hidden_rows and not sheet.hidden_columns:
        return
    row_at = _Renumbering([(row, row) for row in sorted(sheet.hidden_rows)])
    column_at = _Renumbering(sheet.hidden_columns)
    # A merged cell is displayed where the first visible row and column of its range are.
    for range_ in sheet.merged:
        _move_to_visible(sheet, range_, row_at, column_at)
    sheet.rows = {
        row_at.new(index): {column_at.new(column): cell for column, cell in row.items() if column_at.visible(column)}
        for index, row in sheet.rows.items()
        if row_at.visible(index)
    }
    sheet.merged = [
        moved for one in sheet.merged if (moved := _moved(one, row_at, column_at)) and moved.top <= moved.bottom
    ]
    sheet.tables = [
        TableRange(moved, one.header_rows if row_at.visible(one.range.top) else 0)
        for one in sheet.tables
        if (moved := _moved(one.range, row_at, column_at))
    ]
    sheet.filters = [moved for one in sheet.filters if (moved := _moved(one, row_at, column_at))]
    sheet.frozen_rows = row_at.new(sheet.frozen_rows)
    sheet.hidden_rows, sheet.hidden_columns = set(), []


class _Renumbering:
    """Indexes without those of the hidden ranges."""

    def __init__(self, hidden: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._removed = [0]
        for start, end in sorted(hidden):
            start = max(start, self._ends[-1] + 1) if self._ends else start
            if start <= end:
                self._starts.append(start)
                self._ends.append(end)
                self._removed.append(self._removed[-1] + end - start + 1)

    def visible(self, index: int) -> bool:
        at = bisect_left(self._ends, index)
        return at == len(self._ends) or index < self._starts[at]

    def new(self, index: int) -> int:
        """Return the index among the visible ones; of a hidden one, that of the next visible."""
        at = bisect_left(self._ends, index)
        within = max(0, index - self._starts[at]) if at < len(self._ends) else 0
        return index - self._removed[at] - within

    def first_visible(self, start: int, end: int) -> int | None:
        """Return the first visible index from start to end."""
        index = start
        at = bisect_left(self._ends, index)
        while at < len(self._ends) and self._starts[at] <= index <= end:
            index = self._ends[at] + 1
            at += 1
        return index if index <= end else None


def _move_to_visible(sheet: Sheet, range_: Range, row_at: _Renumbering, column_at: _Renumbering) -> None:
    anchor = sheet.rows.get(range_.top, {}).get(range_.left)
    row = row_at.first_visible(range_.top, range_.bottom)
    column = column_at.first_visible(range_.left, range_.right)
    if anchor and row is not None and column is not None and (row, column) != (range_.top, range_.left):
        sheet.rows.setdefault(row, {})[column] = anchor


def _moved(range_: Range, row_at: _Renumbering, column_at: _Renumbering) -> Range | None:
    top, bottom = row_at.first_visible(range_.top, range_.bottom), range_.bottom
    left, right = column_at.first_visible(range_.left, range_.right), range_.right
    if top is None or left is None:
        return None
    return Range(row_at.new(top), column_at.new(left), row_at.new(bottom + 1) - 1, column_at.new(right + 1) - 1)


def fill_merged(sheet: Sheet) -> None:
    """Repeat the value of a merged cell in each row that has other cells, and mark the cells that it covers.

    Rows that have nothing else are hidden: they are no empty rows, which divide tables.
    """
    last_column = max((column for row in sheet.rows.values() for column in row), default=0)
    last_row = max(sheet.rows, default=0)
    anchors = [(one, sheet.rows.get(one.top, {}).get(one.left)) for one in sheet.merged]
    ranges = [
        (Range(one.top, one.left, min(one.bottom, last_row), min(one.right, last_column)), anchor)
        for one, anchor in anchors
        if anchor
    ]
    for one, anchor in ranges:
        _clear(sheet, one)
        sheet.rows[one.top][one.left] = anchor
    occupied = {index for index, row in sheet.rows.items() if row}
    for one, anchor in ranges:
        for index in range(one.top, one.bottom + 1):
            if index in occupied:
                row = sheet.rows[index]
                row[one.left] = anchor if index == one.top else anchor._replace(kind="text")
                row.update(dict.fromkeys(range(one.left + 1, one.right + 1), COVERED))
            else:
                sheet.hidden_rows.add(index)
    sheet.merged = []


def _clear(sheet: Sheet, range_: Range) -> None:
    """Remove the cells of a range: those that a merged cell covers may have values, which are not displayed."""
    for index in range(range_.top, range_.bottom + 1):
        row = sheet.rows.get(index, {})
        for column in range(range_.left, range_.right + 1):
            row.pop(column, None)
