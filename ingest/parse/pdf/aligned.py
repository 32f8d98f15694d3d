"""Tables without a grid: consecutive lines whose parts are aligned in columns.

Precision counts more than recall: lines that are no table are read one by one, which keeps a number beside its label,
but running text that becomes a table is torn apart. So a table needs gutters that its lines leave free, and cells that
are values or short.

Not covered: tables of one row; tables with running text in the cells (their lines are read one by one); a cell of
several lines beside cells of several lines, where nothing says which lines are one row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.parse.pdf.geometry import Box, Grid, Word
from ingest.parse.pdf.lines import Line, text_of
from ingest.parse.pdf.marks import list_mark

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

_SHORT_CELL = 5
"""Words. Cells of tables without values are shorter in the median."""

_MOST_HEADERS = 5

_CURRENCY = re.compile(r"\(?(?:US)?[$€£¥]$|\($")
_CLOSING = re.compile(r"[)%]+$")
_VALUE = re.compile(
    r"[-–—−+(]?\s*(?:[$€£¥]\s*)?[-–—−(]?\d[\d.,'’ ]*\s*(?:[%)x×]|bps|pts|[kKmMbB]n?)*$|[-–—−]+$|[Nn]/?[AaMm]$|\*+$"
)
_YEAR = re.compile(r"(?:19|20)\d\d$")


@dataclass(frozen=True, slots=True)
class _Part:
    """A cell's text on one line."""

    text: str
    left: float
    right: float
    start: float
    """The left edge with a currency sign."""

    @property
    def is_value(self) -> bool:
        return bool(_VALUE.match(self.text)) and not _YEAR.match(self.text)


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    parts: tuple[_Part, ...]

    @property
    def has_value(self) -> bool:
        return any(part.is_value for part in self.parts[1:]) or (len(self.parts) > 1 and self.parts[0].is_value)


def with_tables(lines: Sequence[Line], rules: Sequence[Box] = ()) -> list[Line]:
    """Return the lines of one region with those that form a table replaced by it.

    `rules` are the horizontal lines that are drawn on the page: under the names of columns, they say which.
    """
    result: list[Line] = []
    start = 0
    while start < len(lines):
        end = _end_of_run(lines, start)
        if end - start >= 2:
            result += _tables([_Row(line, parts_of(line)) for line in lines[start:end]], rules)
        else:
            result += lines[start:end]
        start = end
    return result


def parts_of(line: Line) -> tuple[_Part, ...]:
    """Return the parts of a line between wide gaps; a currency sign or a closing bracket belongs to its number."""
    groups: list[list[Word]] = []
    starts = {right for _, right in line.gaps}
    for word in line.words:
        alone = word.left in starts
        if not groups or (alone and not _belongs(groups[-1], word)):
            groups.append([word])
        else:
            groups[-1].append(word)
    return tuple(_part(group) for group in groups)


def _part(words: Sequence[Word]) -> _Part:
    # A currency sign may be far left of its number, and is not there in every line: the number says the column.
    first = words[1] if len(words) > 1 and _CURRENCY.match(words[0].text) else words[0]
    return _Part(text_of(words), first.left, max(word.right for word in words), words[0].left)


def _belongs(before: Sequence[Word], word: Word) -> bool:
    if len(before) == 1 and _CURRENCY.match(before[0].text):
        return word.text[:1] in "(-–—−" or word.text[:1].isdigit()
    near = word.left - before[-1].right < 6 * word.size
    return near and bool(_CLOSING.match(word.text)) and before[-1].text[-1:].isdigit()


def _end_of_run(lines: Sequence[Line], start: int) -> int:
    """Return the end of the lines from `start` on that may be one table; start + 1 if they are none."""
    if lines[start].table is not None:
        return start + 1
    end, singles, last_multi = start, 0, start - 1
    while end < len(lines) and lines[end].table is None:
        if end > start and _gap(lines[end - 1], lines[end]) > _TABLE_GAP:
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


def _gap(above: Line, below: Line) -> float:
    return (below.box.top - above.box.bottom) / min(above.size, below.size)


def _tables(rows: list[_Row], rules: Sequence[Box]) -> list[Line]:
    """Return the rows as one table, or as lines if they are none; a line that crosses the gutters parts two tables."""
    lines = [row.line for row in rows]
    for number in range(1, len(rows)):
        if _names_columns(rows, number):
            return [*_tables(rows[:number], rules), *_tables(rows[number:], rules)]
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
    first = _first_row(rows, gutters)
    grid = _grid(rows[first:], gutters, rules)
    return [*lines[:first], Line((), grid)] if grid else lines


def _names_columns(rows: Sequence[_Row], number: int) -> bool:
    """Say whether the names of another table's columns begin at a row: no value, and a space or bold type before it."""
    row, above = rows[number], rows[number - 1]
    if any(part.is_value for part in row.parts):
        return False
    turns_bold = row.line.bold and not above.line.bold
    apart = _gap(above.line, row.line) > _LINE_GAP
    unlabelled = row.line.left > min(one.line.left for one in rows) + 5 * row.line.size
    return (unlabelled and (apart or (turns_bold and above.has_value))) or (turns_bold and apart and len(row.parts) > 1)


def _apart(rows: Sequence[_Row], gutters: int) -> int:
    """Return where another table, or text after a table, begins: after a space, one side has more gutters. Else 0."""
    for number in range(1, len(rows)):
        if _gap(rows[number - 1].line, rows[number].line) <= (_LINE_GAP if gutters else _LINE_GAP / 3):
            continue
        for part in (rows[:number], rows[number:]):
            multi = [row for row in part if len(row.parts) > 1]
            if len(multi) >= 2 and len(_gutters(multi)) > gutters:
                return number
    return 0


def _gutters(rows: Sequence[_Row]) -> list[tuple[float, float]]:
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


def _is_text_across(row: _Row, gutters: Sequence[tuple[float, float]]) -> bool:
    """Say whether the row is a line of running text, which crosses most gutters."""
    if row.has_value or len(row.line.text.split()) <= _SHORT_CELL:
        return False
    crossed = sum(any(part.left < left and part.right > right for part in row.parts) for left, right in gutters)
    inked = sum(part.right - part.left for part in row.parts)
    return crossed > len(gutters) / 2 and inked > _INKED * (row.line.right - row.line.left)


def _first_row(rows: Sequence[_Row], gutters: Sequence[tuple[float, float]]) -> int:
    """Return where the table begins: single parts above it are its title, unless they are names of columns."""
    first = next((number for number, row in enumerate(rows) if len(row.parts) > 1), 0)
    for number in range(first - 1, -1, -1):
        row, below = rows[number], rows[number + 1]
        names = row.parts[0].left >= gutters[0][0]
        # The heading of a group, or a label that goes on.
        label = row.parts[0].right < gutters[0][1] and (row.line.text.endswith(":") or below.line.text[0].islower())
        if not (names or label) or _gap(row.line, below.line) > _HEADER_GAP:
            return number + 1
    return 0


def _grid(rows: Sequence[_Row], gutters: Sequence[tuple[float, float]], rules: Sequence[Box]) -> Grid | None:
    start, end = min(row.line.left for row in rows), max(row.line.right for row in rows)
    edges = [start, *(edge for gutter in gutters for edge in gutter), end]
    columns = list(zip(edges[::2], edges[1::2], strict=True))
    placed = [_placed(row, columns) for row in rows]
    if not _is_table(rows, placed):
        return None
    header = _header_rows(rows, placed)
    full = _full_columns(rows[header:], columns)
    placed[:header] = [_named(row, full, rules) for row in rows[:header]]
    body = _joined(rows[header:], placed[header:])
    box = Box(
        min(row.line.left for row in rows),
        rows[0].line.box.top,
        max(row.line.right for row in rows),
        rows[-1].line.box.bottom,
    )
    return Grid(box, (*placed[:header], *body), header)


def _placed(row: _Row, columns: Sequence[tuple[float, float]]) -> tuple[str | None, ...]:
    """Return the cells of a row; a part that reaches over several columns covers them."""
    cells: list[str | None] = [""] * len(columns)
    for part in row.parts:
        first, last = _columns_of(part, columns)
        cells[first] = f"{cells[first]} {part.text}" if cells[first] else part.text
        for column in range(first + 1, last + 1):
            cells[column] = cells[column] or None
    return tuple(cells)


def _full_columns(rows: Sequence[_Row], columns: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the columns with their currency signs."""
    full = list(columns)
    for row in rows:
        for part in row.parts[1:]:
            if part.is_value:
                column, _ = _columns_of(part, columns)
                full[column] = (min(full[column][0], part.start), full[column][1])
    return full


def _named(row: _Row, columns: Sequence[tuple[float, float]], rules: Sequence[Box]) -> tuple[str | None, ...]:
    """Return the cells of a row of names: one above several columns is the name of all of them."""
    cells: list[str | None] = [""] * len(columns)
    for part, (first, last) in zip(row.parts, _spans(row, columns, rules), strict=True):
        cells[first] = f"{cells[first]} {part.text}" if cells[first] else part.text
        for column in range(first + 1, last + 1):
            cells[column] = cells[column] or None
    return tuple(cells)


def _spans(row: _Row, columns: Sequence[tuple[float, float]], rules: Sequence[Box]) -> list[tuple[int, int]]:
    """Return the columns that each name is above: those over its rule, an equal share, or those in whose middle it
    is."""
    if len(row.parts) == 1 and re.fullmatch(r"\(.*\)", row.parts[0].text):
        return [(min(1, len(columns) - 1), len(columns) - 1)]  # "(in millions)"
    nearest = [_columns_of(part, columns)[0] for part in row.parts]
    labelled = 1 if nearest and nearest[0] == 0 else 0
    shared = _equal_shares(row.parts[labelled:], columns)
    spans: list[tuple[int, int]] = []
    for number, part in enumerate(row.parts):
        lowest = nearest[number - 1] + 1 if number else min(1, nearest[0])
        highest = nearest[number + 1] - 1 if number + 1 < len(nearest) else len(columns) - 1
        span = _over_rule(row, part, columns, rules)
        if span is None and shared and number >= labelled:
            span = shared[number - labelled]
        spans.append(span or _centred(part, columns, range(lowest, highest + 1)) or _columns_of(part, columns))
    return spans


def _over_rule(
    row: _Row, part: _Part, columns: Sequence[tuple[float, float]], rules: Sequence[Box]
) -> tuple[int, int] | None:
    """Return the columns over the line that is drawn under a name, and under no other one."""
    size = row.line.size
    middle = (part.left + part.right) / 2
    below = [
        rule
        for rule in rules
        if -0.2 * size <= rule.top - row.line.baseline <= 0.9 * size and rule.left <= middle <= rule.right
    ]
    if not below:
        return None
    left, right = min(rule.left for rule in below), max(rule.right for rule in below)
    if any(other is not part and left < (other.left + other.right) / 2 < right for other in row.parts):
        return None
    over = [number for number, (start, end) in enumerate(columns) if left <= (start + end) / 2 <= right]
    return (over[0], over[-1]) if over else None


def _equal_shares(parts: Sequence[_Part], columns: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Return the columns of names that are each above as many, the first column being that of labels; else nothing."""
    values = len(columns) - 1
    if len(parts) < 2 or values % len(parts) or values == len(parts):
        return []
    share = values // len(parts)
    spans = [(1 + number * share, (number + 1) * share) for number in range(len(parts))]
    inside = all(
        columns[first][0] <= (part.left + part.right) / 2 <= columns[last][1]
        for part, (first, last) in zip(parts, spans, strict=True)
    )
    return spans if inside else []


def _centred(part: _Part, columns: Sequence[tuple[float, float]], free: Sequence[int]) -> tuple[int, int] | None:
    """Return the columns in whose middle a part is, if it reaches over the gutters between them."""
    middle = (part.left + part.right) / 2
    best: tuple[float, int, int] | None = None
    for first in free:
        for last in free:
            if last < first or not _touches(part, columns, first, last):
                continue
            distance = abs((columns[first][0] + columns[last][1]) / 2 - middle)
            if best is None or distance < best[0]:
                best = (distance, first, last)
    return (best[1], best[2]) if best else None


def _touches(part: _Part, columns: Sequence[tuple[float, float]], first: int, last: int) -> bool:
    """Say whether a part is above a column, or reaches over the gutters between several."""
    if first == last:
        return part.left < columns[first][1] and part.right > columns[first][0]
    gutters = [(columns[number][1], columns[number + 1][0]) for number in range(first, last)]
    width = part.right - part.left
    above = [min(part.right, right) - max(part.left, left) for left, right in gutters]
    return all(
        over >= min(0.9 * (right - left), 0.5 * width) for over, (left, right) in zip(above, gutters, strict=True)
    )


def _columns_of(part: _Part, columns: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """Return the first and last column whose middle a part covers, or else the nearest one."""
    covered = [number for number, (left, right) in enumerate(columns) if part.left <= (left + right) / 2 <= part.right]
    if covered and not part.is_value:
        return covered[0], covered[-1]
    middle = (part.left + part.right) / 2
    distances = [
        (max(left - part.right, part.left - right, 0.0), abs((left + right) / 2 - middle)) for left, right in columns
    ]
    nearest = min(range(len(columns)), key=distances.__getitem__)
    return nearest, nearest


def _is_table(rows: Sequence[_Row], placed: Sequence[Sequence[str | None]]) -> bool:
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
    short = median([len(cell.split()) for cell in others]) <= _SHORT_CELL
    return short and median(len(first.split()) for first in firsts or [""]) <= _SHORT_CELL and not _reads_on(multi)


def _reads_on(rows: Sequence[Sequence[str | None]]) -> bool:
    """Say whether cells go on in the next line: running text in columns."""
    cells = [cell for row in rows for cell in row if cell and len(cell.split()) > 1]
    return sum(cell[0].islower() for cell in cells) > 0.3 * len(cells)


def _header_rows(rows: Sequence[_Row], placed: Sequence[Sequence[str | None]]) -> int:
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


def _joined(rows: Sequence[_Row], placed: Sequence[tuple[str | None, ...]]) -> list[tuple[str | None, ...]]:
    """Join the lines of one row: a label that goes on in lower case, and cells that go on below theirs."""
    body: list[tuple[str | None, ...]] = []
    widths = (
        [max((len(cells[column] or "") for cells in placed), default=0) for column in range(len(placed[0]))]
        if placed
        else []
    )
    for number, cells in enumerate(placed):
        if body and _goes_on(body[-1], cells, widths) and _gap(rows[number - 1].line, rows[number].line) < 0.8:
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
            not cell or (not _VALUE.match(cell) and len((above[column] or "").split("\n")[-1]) >= 0.6 * widths[column])
            for column, cell in enumerate(below)
        )
    return label[0].islower() and not (any(above[1:]) and any(below[1:])) and bool(above[0])
