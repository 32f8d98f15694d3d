"""Tables without a grid: consecutive lines whose parts are aligned in columns.

Precision counts more than recall: lines that are no table are read one by one, which keeps a number beside its label,
but running text that becomes a table is torn apart. So a table needs gutters that its lines leave free, and cells that
are values or short.

Not covered: tables of one row; tables with running text in the cells (their lines are read one by one); a cell of
several lines beside cells of several lines, where nothing says which lines are one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ingest.parse.pdf.aligned_grid import SHORT_CELL, grid_of
from ingest.parse.pdf.geometry import Box
from ingest.parse.pdf.header_names import is_title
from ingest.parse.pdf.lines import Line
from ingest.parse.pdf.parts import Row, gap, parts_of

_LINE_GAP, _TABLE_GAP = 1.8, 4.0
"""In sizes of the font: after the first, names of columns begin another table; the second ends a table."""

_MOST_SINGLES = 3
"""Consecutive lines of one part inside of a table: headings of groups, and labels of several lines."""

_LEAST_GUTTER = 0.5
"""In sizes of the font."""

_HEADER_GAP = 0.8
"""In sizes of the font: names of columns are nearer to each other, and to the first row."""

_INKED = 0.85
"""The part of a line of running text that is not wide gaps."""


def with_tables(lines: Sequence[Line], rules: Sequence[Box] = ()) -> list[Line]:
    """Return the lines of one region with those that form a table replaced by it.

    `rules` are the horizontal lines that are drawn on the page: under the names of columns, they say which.
    """
    result: list[Line] = []
    start = 0
    while start < len(lines):
        end = _end_of_run(lines, start)
        if end - start >= 2:
            result += _tables([Row(line, parts_of(line)) for line in lines[start:end]], rules)
        else:
            result += lines[start:end]
        start = end
    return result


def _end_of_run(lines: Sequence[Line], start: int) -> int:
    """Return the end of the lines from `start` on that may be one table; start + 1 if they are none."""
    if lines[start].table is not None:
        return start + 1
    end, singles, last_multi = start, 0, start - 1
    while end < len(lines) and lines[end].table is None:
        if end > start and gap(lines[end - 1], lines[end]) > _TABLE_GAP:
            break
        if lines[end].gaps:
            singles, last_multi = 0, end
        else:
            singles += 1
            if singles > _MOST_SINGLES:
                break
        end += 1
    if last_multi < start:
        return max(end - _MOST_SINGLES, start + 1)
    # The label of the last row may go on below it.
    return last_multi + 1


def _tables(rows: list[Row], rules: Sequence[Box]) -> list[Line]:
    """Return the rows as one table, or as lines if they are none; a line that crosses the gutters parts two tables."""
    lines = [row.line for row in rows]
    for number in range(1, len(rows)):
        if _names_columns(rows, number):
            begin = _introduction(rows, number)
            return [*_tables(rows[:begin], rules), *_tables(rows[begin:], rules)]
    multi = [row for row in rows if len(row.parts) > 1]
    if len(multi) < 2:
        return lines
    gutters = _gutters(multi)
    apart = _apart(rows, len(gutters))
    if apart:
        return [*_tables(rows[:apart], rules), *_tables(rows[apart:], rules)]
    if not gutters:
        return lines
    crossing = [number for number, row in enumerate(rows) if _is_text_across(row, gutters)]
    if crossing:
        at = crossing[0]
        return [*_tables(rows[:at], rules), rows[at].line, *_tables(rows[at + 1 :], rules)]
    first = _first_row(rows, gutters, rules)
    grid = grid_of(rows[first:], gutters, rules)
    return [*lines[:first], Line((), grid)] if grid else lines


def _names_columns(rows: Sequence[Row], number: int) -> bool:
    """Say whether the names of another table's columns begin at a row: no value, and a space, bold type or a line that
    introduces it before it."""
    row, above = rows[number], rows[number - 1]
    if any(part.is_value for part in row.parts):
        return False
    turns_bold = row.line.bold and not above.line.bold
    apart = gap(above.line, row.line) > _LINE_GAP
    unlabelled = row.line.left > min(one.line.left for one in rows) + 5 * row.line.size
    introduced = above.line.text.endswith(":") and len(above.line.text.split()) > SHORT_CELL and len(row.parts) > 1
    begins = apart or introduced or (turns_bold and above.has_value)
    return (unlabelled and begins) or (turns_bold and apart and len(row.parts) > 1)


def _introduction(rows: Sequence[Row], number: int) -> int:
    """Return where the lines begin that introduce the table whose names are at a row; below a row's label that goes
    on."""
    begin = number
    while begin > 1 and len(rows[begin - 1].parts) == 1:
        begin -= 1
    while 1 < begin < number and rows[begin].line.text[0].islower():
        begin += 1
    return begin


def _apart(rows: Sequence[Row], gutters: int) -> int:
    """Return where another table, or text after a table, begins: after a space, one side has more gutters. Else 0."""
    for number in range(1, len(rows)):
        if gap(rows[number - 1].line, rows[number].line) <= (_LINE_GAP if gutters else _LINE_GAP / 3):
            continue
        for part in (rows[:number], rows[number:]):
            multi = [row for row in part if len(row.parts) > 1]
            if len(multi) >= 2 and len(_gutters(multi)) > gutters:
                return number
    return 0


def _gutters(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Return the intervals that the rows with values leave free (all rows, if none has values)."""
    body = [row for row in rows if row.has_value]
    body = body if len(body) >= 2 else list(rows)
    tolerance = len(body) // 12
    events: list[tuple[float, int]] = []
    for row in body:
        for part in row.parts:
            events += [(part.left, 1), (part.right, -1)]
    events.sort(key=lambda event: (event[0], event[1]))
    size = median(row.line.size for row in body)
    gutters: list[tuple[float, float]] = []
    covered = 0
    free_from: float | None = None
    for at, change in events:
        covered += change
        if covered <= tolerance and free_from is None:
            free_from = at
        elif covered > tolerance and free_from is not None:
            if at - free_from >= _LEAST_GUTTER * size and free_from > events[0][0]:
                gutters.append((free_from, at))
            free_from = None
    return gutters


def _is_text_across(row: Row, gutters: Sequence[tuple[float, float]]) -> bool:
    """Say whether the row is a line of running text, which crosses most gutters."""
    if row.has_value or len(row.line.text.split()) <= SHORT_CELL:
        return False
    crossed = sum(any(part.left < left and part.right > right for part in row.parts) for left, right in gutters)
    inked = sum(part.right - part.left for part in row.parts)
    return crossed > len(gutters) / 2 and inked > _INKED * (row.line.right - row.line.left)


def _first_row(rows: Sequence[Row], gutters: Sequence[tuple[float, float]], rules: Sequence[Box]) -> int:
    """Return where the table begins: single parts above it are its title, unless they are names of columns."""
    first = next((number for number, row in enumerate(rows) if len(row.parts) > 1), 0)
    for number in range(first - 1, -1, -1):
        row, below = rows[number], rows[number + 1]
        names = row.parts[0].left >= gutters[0][0] and not is_title(row, below, rows, gutters, rules)
        # The heading of a group, or a label that goes on; what is above names of columns is neither.
        label = (
            row.parts[0].right < gutters[0][1]
            and below.line.left < gutters[0][0]
            and (row.line.text.endswith(":") or below.line.text[0].islower())
        )
        if not (names or label) or gap(row.line, below.line) > _HEADER_GAP:
            return number + 1
    return 0
