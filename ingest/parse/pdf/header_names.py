"""The columns that each name in the header of a table is above."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.parse.pdf.geometry import Box
from ingest.parse.pdf.parts import UNFINISHED, Part, Row

_CENTRED = 2.0
"""In sizes of the font: how far from the middle of its table a title may be; signs at its edges move the middle."""


def is_unit(row: Row) -> bool:
    """Say whether a row is in brackets: "(in millions)"."""
    return bool(re.fullmatch(r"\(.*\)", row.line.text))


def is_title(
    row: Row, below: Row, rows: Sequence[Row], gutters: Sequence[tuple[float, float]], rules: Sequence[Box]
) -> bool:
    """Say whether a line of one part above names of columns is the title of the table.

    It is in the middle of the table and not in that of its values, without a line drawn under it, and does not go on
    in the row `below`.
    """
    if below.line.left < gutters[0][0] or below.line.text[0].islower() or UNFINISHED.search(row.line.text):
        return False
    if is_unit(row) or _rules_below(row, row.parts[0], rules):
        return False
    left, right = min(one.line.left for one in rows), max(one.line.right for one in rows)
    middle = (row.line.left + row.line.right) / 2
    off = abs(middle - (left + right) / 2)
    return off < _CENTRED * row.line.size and off < abs(middle - (gutters[0][1] + right) / 2)


def placed_names(row: Row, columns: Sequence[tuple[float, float]], rules: Sequence[Box]) -> tuple[str | None, ...]:
    """Return the cells of a row of names: one above several columns is the name of all of them."""
    cells: list[str | None] = [""] * len(columns)
    for part, (first, last) in zip(row.parts, _spans(row, columns, rules), strict=True):
        cells[first] = f"{cells[first]} {part.text}" if cells[first] else part.text
        for column in range(first + 1, last + 1):
            cells[column] = cells[column] or None
    return tuple(cells)


def _spans(row: Row, columns: Sequence[tuple[float, float]], rules: Sequence[Box]) -> list[tuple[int, int]]:
    """Return the columns that each name is above: those over its rule, an equal share, or those in whose middle it
    is."""
    if len(row.parts) == 1 and is_unit(row):
        return [(0, 0)]  # "(in millions)" says it of all columns, and once.
    nearest = [columns_of(part, columns)[0] for part in row.parts]
    labelled = 1 if nearest and nearest[0] == 0 else 0
    shared = _equal_shares(row.parts[labelled:], columns)
    spans: list[tuple[int, int]] = []
    for number, part in enumerate(row.parts):
        lowest = nearest[number - 1] + 1 if number else min(1, nearest[0])
        highest = nearest[number + 1] - 1 if number + 1 < len(nearest) else len(columns) - 1
        span = _over_rule(row, part, columns, rules)
        # A line in pieces, one below each cell, says nothing of a name above several.
        if (span is None or span[0] == span[1]) and shared and number >= labelled:
            span = shared[number - labelled]
        spans.append(span or _centred(part, columns, range(lowest, highest + 1)) or columns_of(part, columns))
    return spans


def _rules_below(row: Row, part: Part, rules: Sequence[Box]) -> list[Box]:
    """Return the lines that are drawn under the middle of a part."""
    size = row.line.size
    middle = (part.left + part.right) / 2
    return [
        rule
        for rule in rules
        if -0.2 * size <= rule.top - row.line.baseline <= 0.9 * size and rule.left <= middle <= rule.right
    ]


def _over_rule(
    row: Row, part: Part, columns: Sequence[tuple[float, float]], rules: Sequence[Box]
) -> tuple[int, int] | None:
    """Return the columns over the line that is drawn under a name, and under no other one."""
    below = _rules_below(row, part, rules)
    if not below:
        return None
    left, right = min(rule.left for rule in below), max(rule.right for rule in below)
    if any(other is not part and left < (other.left + other.right) / 2 < right for other in row.parts):
        return None
    over = [number for number, (start, end) in enumerate(columns) if left <= (start + end) / 2 <= right]
    return (over[0], over[-1]) if over else None


def _equal_shares(parts: Sequence[Part], columns: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
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


def _centred(part: Part, columns: Sequence[tuple[float, float]], free: Sequence[int]) -> tuple[int, int] | None:
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


def _touches(part: Part, columns: Sequence[tuple[float, float]], first: int, last: int) -> bool:
    """Say whether a part is above a column, or reaches over the gutters between several."""
    if first == last:
        return part.left < columns[first][1] and part.right > columns[first][0]
    gutters = [(columns[number][1], columns[number + 1][0]) for number in range(first, last)]
    width = part.right - part.left
    above = [min(part.right, right) - max(part.left, left) for left, right in gutters]
    return all(
        over >= min(0.9 * (right - left), 0.5 * width) for over, (left, right) in zip(above, gutters, strict=True)
    )


def columns_of(part: Part, columns: Sequence[tuple[float, float]]) -> tuple[int, int]:
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
