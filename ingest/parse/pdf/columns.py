"""The reading order of a page: columns of running text are read one after the other, everything else line by line.

A gutter is an interval of x that no word crosses in consecutive lines. It parts columns only if what is on both sides
is running text: in a table, a form or a list of terms, the words of one line belong together, and reading them column
by column would part a number from its label. So the lines of a page stay whole unless both sides say that they are
columns.

Not covered: columns of fewer than three lines; text that flows around a picture at changing widths.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from ingest.parse.pdf.geometry import Word
from ingest.parse.pdf.lines import Line

_LEAST_LINES = 3
_SPACE, _APART, _FAR = 0.5, 1.2, 3.0
"""In sizes of the font, between the boxes of two lines: a space between paragraphs, an empty line, and more than any
space within a column."""

_LEAST_GUTTER = 0.6
"""In sizes of the font."""

_PROSE_WORDS, _PROSE_FILL, _PROSE_DIGITS = 3.0, 0.6, 0.3
"""Running text has more words in a line (median), fills more of the column's width (median), has fewer words with
digits than table cells. Set on the 10-Qs, papers and forms of the benchmark data by looking at pages."""

_FULL, _FULL_DIGITS = 0.8, 0.5
"""Lines that fill their column (median) are running text with more numbers, too."""


@dataclass(frozen=True, slots=True)
class _Gutter:
    first: int
    last: int
    left: float
    right: float


def reading_order(lines: Sequence[Line]) -> list[list[Line]]:
    """Return regions in reading order; each is lines of one column, from top to bottom."""
    lines = list(lines)
    gutter = _widest_gutter(lines)
    if gutter is None:
        return [lines] if lines else []
    middle = (gutter.left + gutter.right) / 2
    inside = lines[gutter.first : gutter.last + 1]
    left = [part for line in inside if (part := _part(line, middle, left=True))]
    right = [part for line in inside if (part := _part(line, middle, left=False))]
    return [
        *reading_order(lines[: gutter.first]),
        *reading_order(left),
        *reading_order(right),
        *reading_order(lines[gutter.last + 1 :]),
    ]


def _part(line: Line, middle: float, *, left: bool) -> Line | None:
    if line.table is not None:
        return line if (line.left < middle) == left else None
    words = tuple([word for word in line.words if ((word.left + word.right) / 2 < middle) == left])
    return Line(words) if words else None


def _widest_gutter(lines: Sequence[Line]) -> _Gutter | None:
    """Return the gutter between columns that passes the most lines."""
    found: list[_Gutter] = []
    seen: set[tuple[int, int]] = set()
    for number, line in enumerate(lines):
        gaps = [gap for at, gap in enumerate(line.gaps) if (number, at) not in seen]
        if number + 1 < len(lines) and (between := _between(line, lines[number + 1])):
            gaps.append(between)
        for gap in gaps:
            if any(one.first <= number <= one.last and one.left >= gap[0] and one.right <= gap[1] for one in found):
                continue
            gutter = _extended(lines, number, gap, seen)
            if gutter.last - gutter.first + 1 >= _LEAST_LINES:
                found.append(gutter)
    for gutter in sorted(found, key=lambda one: (one.first - one.last, one.left - one.right)):
        for part in _parts(lines, gutter):
            if _parts_columns(lines, part):
                return part
    return None


def _parts(lines: Sequence[Line], gutter: _Gutter) -> Iterator[_Gutter]:
    """Yield the gutter, and its parts above and below the widest space: a table may be above columns of text."""
    if gutter.last - gutter.first + 1 < _LEAST_LINES:
        return
    yield gutter
    distances = [_distance(lines[number], lines[number + 1]) for number in range(gutter.first, gutter.last)]
    widest = max(range(len(distances)), key=distances.__getitem__)
    if distances[widest] > _SPACE:
        end = gutter.first + widest
        yield from _parts(lines, _Gutter(gutter.first, end, gutter.left, gutter.right))
        yield from _parts(lines, _Gutter(end + 1, gutter.last, gutter.left, gutter.right))


def _between(line: Line, below: Line) -> tuple[float, float] | None:
    """Return the interval between two lines that are beside each other, on baselines of their own."""
    left, right = min(line.right, below.right), max(line.left, below.left)
    return (left, right) if left < right else None


def _extended(lines: Sequence[Line], start: int, gap: tuple[float, float], seen: set[tuple[int, int]]) -> _Gutter:
    """Extend a gap of one line over the lines above and below it that leave it free."""
    left, right = gap
    first = last = start
    for step in (-1, 1):
        number = start + step
        while 0 <= number < len(lines):
            near = _distance(lines[min(number, number - step)], lines[max(number, number - step)]) <= _FAR
            free = _free(lines[number], left, right) if near else None
            if free is None or free[1] - free[0] < _LEAST_GUTTER * (lines[number].size or 10.0):
                break
            left, right = free
            seen.update((number, at) for at, one in enumerate(lines[number].gaps) if one[0] <= left and right <= one[1])
            first, last = min(first, number), max(last, number)
            number += step
    return _trimmed(lines, _Gutter(first, last, left, right))


def _free(line: Line, left: float, right: float) -> tuple[float, float] | None:
    """Return the part of the interval that the line leaves free: the widest one, if there are several."""
    if line.table is not None:
        box = line.table.box
        return (left, right) if box.right <= left or box.left >= right else None
    if line.right <= left or line.left >= right:
        return left, right
    edges = [(float("-inf"), line.left), *line.gaps, (line.right, float("inf"))]
    common = [(max(left, one[0]), min(right, one[1])) for one in edges]
    best = max(common, key=lambda one: one[1] - one[0])
    return best if best[1] > best[0] else None


def _trimmed(lines: Sequence[Line], gutter: _Gutter) -> _Gutter:
    """Leave out lines of one side at both ends if a wide gap separates them from the columns: a title, a footnote."""
    middle = (gutter.left + gutter.right) / 2
    first, last = gutter.first, gutter.last
    sides = [(line.left < middle, line.right > middle) for line in lines]
    two_sided = [number for number in range(first, last + 1) if all(sides[number])]
    begin = min(two_sided, default=first)
    for number in range(begin, first, -1):
        if _distance(lines[number - 1], lines[number]) > _APART:
            first = number
            break
    end = max(two_sided, default=last)
    for number in range(end, last):
        if _distance(lines[number], lines[number + 1]) > _APART:
            last = number
            break
    return _Gutter(first, last, gutter.left, gutter.right)


def _distance(above: Line, below: Line) -> float:
    """Return the distance of two lines in sizes of the font."""
    return (below.box.top - above.box.bottom) / (min(above.size or 10.0, below.size or 10.0))


def _parts_columns(lines: Sequence[Line], gutter: _Gutter) -> bool:
    inside = [line for line in lines[gutter.first : gutter.last + 1] if line.table is None]
    middle = (gutter.left + gutter.right) / 2
    left = [part for line in inside if (part := _part(line, middle, left=True))]
    if len(left) < _LEAST_LINES or not _is_prose(left):
        return False
    right = [part for line in inside if (part := _part(line, middle, left=False))]
    if len(right) < _LEAST_LINES or not _is_prose(right):
        return False
    both = len(left) + len(right) - len(inside)
    return both < 0.5 * min(len(left), len(right)) or not _are_rows(inside, middle)


def _is_prose(lines: Sequence[Line]) -> bool:
    # Between wide gaps are the cells of a table, or the lines of further columns of text.
    pieces = [piece for line in lines for piece in _pieces(line)]
    widths = sorted(piece[-1].right - piece[0].left for piece in pieces)
    full = widths[int(0.9 * (len(widths) - 1))] or 1.0
    fill = median(widths) / full
    words = [word for piece in pieces for word in piece]
    digits = sum(any(map(str.isdigit, word.text)) for word in words) / len(words)
    most_digits = _FULL_DIGITS if fill >= _FULL else _PROSE_DIGITS
    return median(map(len, pieces)) >= _PROSE_WORDS and fill >= _PROSE_FILL and digits <= most_digits


def _pieces(line: Line) -> list[list[Word]]:
    """Return the words of a line between its wide gaps."""
    starts = {right for _, right in line.gaps}
    pieces: list[list[Word]] = []
    for word in line.words:
        if not pieces or word.left in starts:
            pieces.append([])
        pieces[-1].append(word)
    return pieces


def _are_rows(lines: Sequence[Line], middle: float) -> bool:
    """Say whether the lines are rows of a table with running text in its cells: all wide gaps pass both sides."""
    steps = [after.baseline - before.baseline for before, after in itertools.pairwise(lines)]
    usual = min(steps, default=0.0)
    wide = [number for number, step in enumerate(steps) if step > 1.25 * max(usual, 1.0)]
    if not wide:
        return False
    sides = [(line.left < middle, line.right > middle) for line in lines]
    # In columns, a paragraph ends on one side while the other goes on: the wide gap of one side is not one of both.
    starts = sum(sides[number + 1] == (True, True) for number in wide)
    return len(wide) >= 2 and starts == len(wide) and len(wide) >= len(lines) / 8
