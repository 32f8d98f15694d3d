"""Tables with drawn lines: the lines are a grid, and each word is in the cell that contains its middle.

A cell that no line parts from the one to its right or below is merged with it; but if the lines of text in a frame
below the names of columns have parts below them, they are rows. Boxes around a text, underlined
headings and tables with horizontal lines only are no grids; the last are recognised by their columns (`aligned.py`).

Not covered: tables with double lines as their only separators wider than 3 points, cells with a diagonal line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from ingest.parse.pdf.geometry import Box, Grid, Page, Word
from ingest.parse.pdf.lines import lines_of
from ingest.parse.pdf.parts import parts_of

_NEAR = 3.0
"""Points: lines that end this near to each other meet."""

_LEAST_CELL = 4.0
"""Points: a narrower column or row is a double line."""

_MOST_LINES = 2_000
"""A page with more drawn lines than this has a drawing."""

_LEAST_ALIGNED = 3
_SAME_LINE = 0.5

_NEXT_LINE, _IN_COLUMNS = 1.5, 0.3
"""In sizes of the font: the distance of baselines in a cell. The part of the lines in a frame without lines that have
text in several columns; running text has none, and cells of three lines have a third."""

_Cell: TypeAlias = tuple[int, int]
"""The row and column where a cell begins."""

CellText: TypeAlias = Callable[[Sequence[Word]], str]
"""Writes the words of a cell."""


def ruled_tables(page: Page, words: Sequence[Word], cell_text: CellText) -> tuple[list[Grid], list[Word]]:
    """Return the tables, and the words that are in none of them."""
    if not page.verticals or len(page.horizontals) + len(page.verticals) > _MOST_LINES:
        return [], list(words)
    tables, rest = [], list(words)
    for horizontals, verticals in _grids(_joined(page.horizontals, 1), _joined(page.verticals, 0)):
        xs, ys = _edges([one.left for one in verticals]), _edges([one.top for one in horizontals])
        if len(xs) < 2 or len(ys) < 2:
            continue
        ys = _without_titles(xs, ys, verticals)
        box = Box(xs[0], ys[0], xs[-1], ys[-1])
        inside = [word for word in rest if box.contains(*_middle(word))]
        grid = _table(xs, ys, box, horizontals, verticals, inside, cell_text)
        if grid is not None:
            tables.append(grid)
            taken = set(inside)
            rest = [word for word in rest if word not in taken]
    return tables, rest


def _without_titles(xs: Sequence[float], ys: list[float], verticals: Sequence[Box]) -> list[float]:
    """Leave out rows at the top that no line parts: a title over the whole table."""
    while len(ys) > 2 and not any(_crosses(verticals, 0, x, (ys[0] + ys[1]) / 2) for x in xs[1:-1]):
        ys = ys[1:]
    return ys


def _middle(word: Word) -> tuple[float, float]:
    return (word.left + word.right) / 2, (word.top + word.bottom) / 2


def _joined(lines: Iterable[Box], axis: int) -> list[Box]:
    """Join the pieces of one line: those on one coordinate of `axis` (1: horizontal lines) that touch."""
    along = 1 - axis
    joined: list[Box] = []
    for line in sorted(lines, key=lambda one: (round(one[axis]), one[along])):
        for number in range(len(joined) - 1, max(-1, len(joined) - 4), -1):
            last = joined[number]
            if abs(last[axis] - line[axis]) <= 1.5 and line[along] <= last[along + 2] + _NEAR:
                end = max(last[along + 2], line[along + 2])
                joined[number] = last._replace(right=end) if axis else last._replace(bottom=end)
                break
        else:
            joined.append(line)
    return joined


def _grids(horizontals: Sequence[Box], verticals: Sequence[Box]) -> list[tuple[list[Box], list[Box]]]:
    """Return the groups of lines that meet each other."""
    group = list(range(len(horizontals) + len(verticals)))

    def root(one: int) -> int:
        while group[one] != one:
            group[one] = group[group[one]]
            one = group[one]
        return one

    for h, across in enumerate(horizontals):
        for v, down in enumerate(verticals):
            if (
                across.left - _NEAR <= down.left <= across.right + _NEAR
                and down.top - _NEAR <= across.top <= down.bottom + _NEAR
            ):
                group[root(h)] = root(len(horizontals) + v)
    found: dict[int, tuple[list[Box], list[Box]]] = {}
    for one in range(len(group)):
        members = found.setdefault(root(one), ([], []))
        if one < len(horizontals):
            members[0].append(horizontals[one])
        else:
            members[1].append(verticals[one - len(horizontals)])
    grids = [members for members in found.values() if len(members[0]) >= 2 and members[1]]
    return sorted(grids, key=lambda members: min(one.top for one in members[0]))


def _edges(values: Iterable[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _LEAST_CELL:
            edges.append(value)
    return edges


def _table(
    xs: list[float],
    ys: list[float],
    box: Box,
    horizontals: Sequence[Box],
    verticals: Sequence[Box],
    words: Sequence[Word],
    cell_text: CellText,
) -> Grid | None:
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 2 or rows < 2:
        return None
    cells = _cells(xs, ys, horizontals, verticals)
    content: dict[_Cell, list[Word]] = {}
    for word in words:
        x, y = _middle(word)
        content.setdefault(cells[_interval(ys, y)][_interval(xs, x)], []).append(word)
    header = _header_rows(cells, content)
    framed = {row: lines for row in range(header or rows, rows) if (lines := _framed_rows(row, cells, content, xs))}
    if not framed and not _is_table(cells, content):
        return None
    written: list[tuple[str | None, ...]] = []
    for row in range(rows):
        written += framed.get(row) or _rows_of(row, cells[row], content, cell_text)
    return Grid(box, tuple(written), header)


def _rows_of(
    row: int, cells: Sequence[_Cell], content: Mapping[_Cell, Sequence[Word]], cell_text: CellText
) -> list[tuple[str | None, ...]]:
    """Return the texts of one row between two drawn lines, which may be several rows of values."""
    lines = _aligned_values(row, cells, content)
    if lines:
        return [_texts(cells, line, cell_text) for line in lines]
    return [_texts(cells, content, cell_text)]


def _framed_rows(
    row: int, cells: Sequence[Sequence[_Cell]], content: Mapping[_Cell, Sequence[Word]], xs: Sequence[float]
) -> list[tuple[str | None, ...]]:
    """Return the rows of a frame without lines in it, if its text is in columns: those of the lines above it.

    A line below one column of a row goes on in it.
    """
    if [number for number, line in enumerate(cells) if (row, 0) in line] != [row] or set(cells[row]) != {(row, 0)}:
        return []
    lines = lines_of(content.get((row, 0), ()))
    rows: list[list[str]] = []
    several = 0
    for number, line in enumerate(lines):
        parts = parts_of(line)
        columns = [_column_of(part.left, part.right, xs) for part in parts]
        several += len(set(columns)) > 1
        near = number > 0 and line.baseline - lines[number - 1].baseline <= _NEXT_LINE * line.size
        if not (near and len(parts) == 1 and rows[-1][columns[0]]):
            rows.append([""] * (len(xs) - 1))
        for part, column in zip(parts, columns, strict=True):
            rows[-1][column] = "\n".join(filter(None, (rows[-1][column], part.text)))
    return [tuple(row) for row in rows] if several >= max(_LEAST_ALIGNED, _IN_COLUMNS * len(lines)) else []


def _column_of(left: float, right: float, xs: Sequence[float]) -> int:
    """Return the column that has most of an interval."""
    return max(range(len(xs) - 1), key=lambda column: min(right, xs[column + 1]) - max(left, xs[column]))


def _texts(
    cells: Sequence[_Cell], content: Mapping[_Cell, Sequence[Word]], cell_text: CellText
) -> tuple[str | None, ...]:
    return tuple(
        None if column and cell[1] < column else cell_text(content.get(cell, ())) for column, cell in enumerate(cells)
    )


def _aligned_values(
    row: int, cells: Sequence[_Cell], content: Mapping[_Cell, Sequence[Word]]
) -> list[dict[_Cell, list[Word]]]:
    """Return the lines of a row one by one if each of its cells has a line on the same baselines, and most of them,
    or all of one column, are values."""
    own = {cell: content[cell] for cell in cells if cell in content}
    if any(cell[0] != row for cell in own) or len(own) < _LEAST_ALIGNED:
        return []
    baselines: list[float] = []
    for baseline in sorted(word.baseline for words in own.values() for word in words):
        if not baselines or baseline - baselines[-1] > _SAME_LINE * own[next(iter(own))][0].size:
            baselines.append(baseline)
    lines: list[dict[_Cell, list[Word]]] = [{} for _ in baselines]
    for cell, words in own.items():
        for word in words:
            nearest = min(range(len(baselines)), key=lambda number: abs(baselines[number] - word.baseline))
            lines[nearest].setdefault(cell, []).append(word)
    values = [
        {cell for cell, words in line.items() if _is_number(" ".join(word.text for word in words))} for line in lines
    ]
    filled = sum(map(len, lines))
    full = sum(len(line) == len(own) for line in lines)
    mostly = sum(map(len, values)) > filled / 2 or (len(lines) >= _LEAST_ALIGNED and bool(set.intersection(*values)))
    return lines if len(lines) > 1 and full >= len(lines) - 1 and mostly else []


def _cells(xs: list[float], ys: list[float], horizontals: Sequence[Box], verticals: Sequence[Box]) -> list[list[_Cell]]:
    """Return for each place of the grid the row and column where its cell begins."""
    cells: list[list[_Cell]] = []
    for row in range(len(ys) - 1):
        line: list[_Cell] = []
        middle = (ys[row] + ys[row + 1]) / 2
        for column in range(len(xs) - 1):
            across = (xs[column] + xs[column + 1]) / 2
            if column and not _crosses(verticals, 0, xs[column], middle):
                line.append(line[-1])
            elif row and not _crosses(horizontals, 1, ys[row], across):
                line.append(cells[row - 1][column])
            else:
                line.append((row, column))
        cells.append(line)
    return cells


def _crosses(lines: Iterable[Box], axis: int, at: float, along: float) -> bool:
    """Say whether a line lies at the coordinate `at` of `axis` and passes `along` on the other one."""
    return any(
        abs(line[axis] - at) <= _LEAST_CELL and line[1 - axis] - _NEAR <= along <= line[3 - axis] + _NEAR
        for line in lines
    )


def _interval(edges: Sequence[float], value: float) -> int:
    for number in range(1, len(edges) - 1):
        if value < edges[number]:
            return number - 1
    return len(edges) - 2


def _is_table(cells: list[list[_Cell]], content: dict[_Cell, list[Word]]) -> bool:
    """Say whether words are in two rows and two columns at least: a frame around text, or a chart, is no table."""
    filled = list(content)
    rows_with_two = sum(len({cell for cell in row if cell in content}) >= 2 for row in cells)
    return len({row for row, _ in filled}) >= 2 and len({column for _, column in filled}) >= 2 and rows_with_two >= 2


def _header_rows(cells: list[list[_Cell]], content: Mapping[_Cell, Sequence[Word]]) -> int:
    """Return how many rows name the columns: the first, unless it has values, and one below cells that it merges."""
    first = [word for cell in set(cells[0]) for word in content.get(cell, ())]
    if not first or (_has_value(cells[0], content) and not all(word.bold for word in first)):
        return 0
    merged = len(set(cells[0])) < len(cells[0]) and len(cells) > 2
    return 2 if merged and not _has_value(cells[1], content) else 1


def _has_value(cells: Sequence[_Cell], content: Mapping[_Cell, Sequence[Word]]) -> bool:
    return any(_is_number(" ".join(word.text for word in content.get(cell, ()))) for cell in cells)


def _is_number(text: str) -> bool:
    """Say whether a cell is a value: mostly digits, and no year or short name such as "Q1"."""
    digits = sum(map(str.isdigit, text))
    letters = sum(map(str.isalpha, text))
    return digits > letters and not (len(text) == 4 and text[:2] in ("19", "20"))
