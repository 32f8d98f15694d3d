"""Turn the cells of a sheet into headings, paragraphs and tables.

    sheet_elements(sheet, settings)   the elements of one sheet, and what was left out of it

The parsers of spreadsheets fill a `Sheet`; here the hidden rows and columns are removed, merged cells filled in, and
the tables found: empty rows and columns divide a sheet into blocks. A block's first rows are its title (a single cell:
a paragraph) and its header. Where the file says what a table is (a table object, an autofilter, frozen rows), that
counts; everything else is decided by the kinds of the cells, as documented at each function.

Not covered: headers at the left of a table without one at its top (the rows are read, the first one may be taken for
the header); tables that only borders divide.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from core.domain import Parsing
from ingest.parse.elements import Element, Heading, Paragraph, Table

CellKind = Literal["text", "number", "date", "covered"]

_SHEET_LEVEL = 2
_LONG_TEXT = 60
"""Characters. A column of longer cells is prose, and so is a longer last row of one cell."""

_MAX_HEADER_ROWS = 4
_YEARS = range(1900, 2101)


class Cell(NamedTuple):
    """The text of a cell as displayed. `strong` says that it is bold; a covered cell is part of a merged one."""

    text: str
    kind: CellKind = "text"
    strong: bool = False


COVERED = Cell("", "covered")
Row: TypeAlias = dict[int, Cell]


@dataclass(frozen=True, slots=True)
class Range:
    """Rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class TableRange:
    """What the file itself calls a table."""

    range: Range
    header_rows: int = 1


@dataclass(slots=True)
class Sheet:
    """One sheet. Only cells with text are in `rows`; `frozen_rows` stay in view when a user scrolls down."""

    name: str
    hidden: bool = False
    rows: dict[int, Row] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    tables: list[TableRange] = field(default_factory=list)
    filters: list[Range] = field(default_factory=list)
    frozen_rows: int = 0
    shapes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class _Line(NamedTuple):
    """One row of a block: its number in the sheet, and its cells by column."""

    number: int
    cells: Row


_Block: TypeAlias = list[_Line]


def sheet_elements(sheet: Sheet, settings: Parsing) -> tuple[list[Element], list[str]]:
    """Return the elements of a sheet under its name, and what was left out of it. An empty sheet has none."""
    if sheet.hidden and not settings.hidden:
        return [], [f"the hidden sheet '{sheet.name}'"]
    left_out = list(sheet.left_out)
    if settings.hidden:
        sheet.hidden_rows, sheet.hidden_columns = set(), []
    left_out = [*_remove_hidden(sheet), *left_out]
    _fill_merged(sheet)
    _close_gaps(sheet)
    elements: list[Element] = list(_contents(sheet))
    elements += [Paragraph(text) for text in sheet.shapes]
    if settings.comments:
        elements += [Paragraph(text) for text in sheet.comments]
    elif sheet.comments:
        left_out.append(f"{_count(len(sheet.comments), 'comment')} on the sheet '{sheet.name}'")
    return ([Heading(sheet.name, _SHEET_LEVEL), *elements] if elements else []), left_out


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _remove_hidden(sheet: Sheet) -> list[str]:
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
    _close_gaps(sheet)
    counted = [(len(rows), "hidden row"), (len(columns), "hidden column")]
    return [f"{_count(number, noun)} of the sheet '{sheet.name}'" for number, noun in counted if number]


def _close_gaps(sheet: Sheet) -> None:
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


def _fill_merged(sheet: Sheet) -> None:
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


def _contents(sheet: Sheet) -> Iterable[Element]:
    """Return the tables that the file names and the blocks around them, from top to bottom."""
    lines = [_Line(index, sheet.rows[index]) for index in sorted(sheet.rows) if sheet.rows[index]]
    parts: list[tuple[int, int, list[Element]]] = []
    for table in sheet.tables:
        block = _cut_out(lines, table.range)
        if block:
            parts.append((block[0].number, table.range.left, [_table(block, min(table.header_rows, len(block)))]))
    lines = [line for line in lines if line.cells]
    parts += [(block[0].number, min(block[0].cells), _block_elements(block, sheet)) for block in _blocks(lines)]
    for _, _, elements in sorted(parts, key=lambda part: part[:2]):
        yield from elements


def _cut_out(lines: Sequence[_Line], range_: Range) -> _Block:
    """Remove the cells of a range from the lines and return them."""
    block = []
    for line in lines:
        if range_.top <= line.number <= range_.bottom:
            inside = {column: cell for column, cell in line.cells.items() if range_.left <= column <= range_.right}
            for column in inside:
                del line.cells[column]
            if inside:
                block.append(_Line(line.number, inside))
    return block


def _blocks(lines: _Block) -> list[_Block]:
    """Divide rows at empty rows, then each part at empty columns, until nothing can be divided."""
    if not lines:
        return []
    bands = _bands(lines)
    if len(bands) > 1:
        return [block for band in bands for block in _blocks(band)]
    title = _title_rows(lines)
    if title:
        return [lines[:title], *_blocks(lines[title:])]
    return _side_by_side(lines)


def _bands(lines: _Block) -> list[_Block]:
    """Divide at empty rows, unless what follows continues the table above."""
    parts: list[_Block] = [[lines[0]]]
    for line in lines[1:]:
        if line.number - parts[-1][-1].number > 1:
            parts.append([])
        parts[-1].append(line)
    parts = [steps for part in parts for steps in _without_common_columns(part)]
    bands, profile = [parts[0]], _Profile(parts[0])
    for part in parts[1:]:
        if _continues(bands[-1], profile, part):
            bands[-1].extend(part)
            profile.add(part)
        else:
            bands.append(part)
            profile = _Profile(part)
    return bands


def _without_common_columns(lines: _Block) -> list[_Block]:
    """Divide where no column of the rows above has a cell in the rows below."""
    last: dict[int, int] = {}
    for at, line in enumerate(lines):
        last.update(dict.fromkeys(line.cells, at))
    parts: list[_Block] = [[]]
    end = -1
    for at, line in enumerate(lines):
        if parts[-1] and end < at:
            parts.append([])
        parts[-1].append(line)
        end = max(end, *(last[column] for column in line.cells))
    return parts


class _Profile:
    """The columns of a block, those that are mostly numbers below its first row, and whether rows below it are bold."""

    def __init__(self, block: _Block) -> None:
        self.columns = {column for column, cell in block[0].cells.items() if cell.text}
        self.strong = True
        self._balance: dict[int, int] = {}
        self.add(block[1:] if len(block) > 1 else block)

    @property
    def numeric(self) -> set[int]:
        return {column for column, balance in self._balance.items() if balance > 0}

    def add(self, lines: _Block) -> None:
        for line in lines:
            self.strong = self.strong and _is_strong(line.cells)
            for column, cell in line.cells.items():
                if cell.text:
                    self.columns.add(column)
                    self._balance[column] = self._balance.get(column, 0) + (-1 if cell.kind == "text" else 1)


def _continues(above: _Block, profile: _Profile, below: _Block) -> bool:
    """Say whether rows after a gap belong to the table above it.

    They do when they use no other columns and have no header of their own: a number where the table has numbers, or as
    many cells as it has, of text that is not bold.
    """
    more = _columns(below)
    if len(profile.columns) < 2 or len(more) < 2 or not more <= profile.columns or _title_rows(below):
        return False
    first, numeric = below[0].cells, profile.numeric
    if any(cell.kind in ("number", "date") for column, cell in first.items() if column in numeric):
        return profile.strong or not _is_strong(first)
    if any(column in numeric for column, cell in first.items() if cell.text):
        return False
    gap = below[0].number - above[-1].number
    strong = _is_strong(first) and not _is_strong(above[-1].cells)
    return not strong and more == profile.columns and gap == 2 and len(above) > 1


def _columns(block: _Block) -> set[int]:
    """Return the columns with text."""
    return {column for line in block for column, cell in line.cells.items() if cell.text}


def _numeric_columns(block: _Block) -> set[int]:
    """Return the columns whose cells below the first row are mostly numbers or dates."""
    return _Profile(block).numeric if block else set()


def _is_strong(row: Row) -> bool:
    """Say whether every text in a row is bold."""
    return all(cell.strong for cell in row.values() if cell.text)


def _title_rows(lines: _Block) -> int:
    """Return how many rows at the top have a single cell, above rows with more.

    A single merged cell that begins right of the first column is the name of a group of columns, no title.
    """
    count = 0
    columns = _columns(lines)
    while count < len(lines) and len(_written(lines[count].cells)) == 1:
        row = lines[count].cells
        if count + 1 < len(lines) and min(_written(row)) > min(columns) and COVERED in row.values():
            break
        count += 1
    return count if count < len(lines) and len(columns) > 1 else 0


def _written(row: Row) -> list[int]:
    return [column for column, cell in row.items() if cell.text]


def _side_by_side(lines: _Block) -> list[_Block]:
    """Divide at the empty columns that have independent tables on both sides."""
    used = sorted({column for line in lines for column in line.cells})
    starts = [column for at, column in enumerate(used) if at and column - used[at - 1] > 1]
    if not starts:
        return [lines]
    parts = _divided(lines, starts)
    groups = [[parts[0]]]
    rows, columns = {line.number for line in parts[0]}, len(_columns(parts[0]))
    for part in parts[1:]:
        if _independent(rows, columns, part) or _begins_below(min(rows), part):
            groups.append([])
            rows, columns = set(), 0
        groups[-1].append(part)
        rows |= {line.number for line in part}
        columns += len(_columns(part))
    if len(groups) == 1:
        return [lines]
    return [block for group in groups for block in _blocks(_joined(group))]


def _divided(lines: _Block, starts: Sequence[int]) -> list[_Block]:
    """Return the parts of the lines between the columns in `starts`."""
    parts: list[_Block] = [[] for _ in range(len(starts) + 1)]
    for line in lines:
        cut: dict[int, Row] = {}
        for column, cell in line.cells.items():
            cut.setdefault(bisect_right(starts, column), {})[column] = cell
        for at, cells in cut.items():
            parts[at].append(_Line(line.number, cells))
    return parts


def _joined(parts: Sequence[_Block]) -> _Block:
    rows: dict[int, Row] = {}
    for part in parts:
        for line in part:
            rows.setdefault(line.number, {}).update(line.cells)
    return [_Line(index, rows[index]) for index in sorted(rows)]


def _independent(rows: set[int], columns: int, right: _Block) -> bool:
    """Say whether a part after an empty column is a table of its own.

    It is when it shares fewer than half of the rows of the part before it, or when both have two columns and it begins
    with names, not with numbers that need the names at the left. Otherwise the empty column is only space.
    """
    shared = rows & {line.number for line in right}
    if 2 * len(shared) < min(len(rows), len(right)):
        return True
    own = _columns(right)
    if columns < 2 or len(own) < 2 or len(right) < 2:
        return False
    return min(own) not in _numeric_columns(right) and bool(right[0].cells.get(min(own), COVERED).text)


def _begins_below(top: int, right: _Block) -> bool:
    """Say whether a part has a header of its own, below the first row of the part before it."""
    texts = all(cell.kind == "text" for cell in right[0].cells.values() if cell.text)
    return right[0].number > top and texts and len(_columns(right)) > 1 and bool(_numeric_columns(right))


def _block_elements(block: _Block, sheet: Sheet) -> list[Element]:
    """Return a block as paragraphs or a table, with the rows of prose at its end as paragraphs."""
    columns = _columns(block)
    if len(columns) == 1 and not any(_at_top(block, one) for one in sheet.filters) and _is_prose(block):
        return [Paragraph(cell.text) for line in block for cell in line.cells.values() if cell.text]
    end = len(block)
    while end > 2 and _is_note(block[end - 1], min(columns)):
        end -= 1
    notes = [Paragraph(cell.text) for line in block[end:] for cell in line.cells.values() if cell.text]
    start = _lead_rows(block[:end])
    lead: list[Element] = [_table(block[:start], 0)] if start else []
    body = block[start:end]
    return [*lead, _table(body, _header_rows(body, sheet)), *notes]


def _is_prose(block: _Block) -> bool:
    """Say whether the cells of one column are paragraphs: one or two of them, or a long one."""
    return len(block) <= 2 or any(len(cell.text) > _LONG_TEXT for line in block for cell in line.cells.values())


def _is_note(line: _Line, first: int) -> bool:
    """Say whether a last row is a remark below the table: one long or merged text in the first column."""
    written = _written(line.cells)
    if written != [first] or line.cells[first].kind != "text":
        return False
    return len(line.cells[first].text) > _LONG_TEXT or COVERED in line.cells.values()


def _lead_rows(block: _Block) -> int:
    """Return how many rows come before the header: at most two cells each, where the header fills most columns."""
    width = len(_columns(block))
    if width < 4:
        return 0
    for at, line in enumerate(block[:8]):
        written = _written(line.cells)
        if len(written) * 2 > width:
            return at if at + 1 < len(block) else 0
        if len(written) > 2 or COVERED in line.cells.values():
            return 0
    return 0


def _header_rows(block: _Block, sheet: Sheet) -> int:
    """Return how many rows name the columns.

    The row of an autofilter and those above a frozen pane's edge are the header. Otherwise it is the first row, unless
    it has a number in a column of numbers, and the rows below it that belong to its merged cells.
    """
    if len(block) < 2:
        return int(len(block[0].cells) > 2 and all(cell.kind == "text" for cell in block[0].cells.values()))
    for one in sheet.filters:
        if _at_top(block, one):
            return next(at for at, line in enumerate(block) if line.number == one.top) + 1
    frozen = sum(line.number < sheet.frozen_rows for line in block)
    if 0 < frozen <= _MAX_HEADER_ROWS and frozen < len(block):
        return frozen
    depth = _merged_depth(block)
    return 0 if _is_body(block[depth - 1].cells, block[depth:]) or _has_names_at_left(block) else depth


def _at_top(block: _Block, filtered: Range) -> bool:
    """Say whether the first row of an autofilter is among the first rows of the block."""
    return any(line.number == filtered.top for line in block[:_MAX_HEADER_ROWS])


def _merged_depth(block: _Block) -> int:
    """Return the rows of a header whose cells are merged: names of groups above, or names that reach down."""
    depth = 1
    while depth < min(_MAX_HEADER_ROWS, len(block) - 1):
        above, below = block[depth - 1].cells, block[depth].cells
        if any(cell.kind in ("number", "date") and not _is_year(cell) for cell in below.values()):
            break
        grouped = COVERED in above.values() and len(_written(above)) > 0
        # The name of a column reaches down, and so does a row's: a header has only texts, and a body below it numbers.
        repeated = any(below.get(column) == cell for column, cell in above.items() if cell.text)
        if not grouped and not (repeated and _numeric_columns(block[depth:])):
            break
        depth += 1
    return depth


def _is_body(first: Row, rest: _Block) -> bool:
    """Say whether a first row is data: it has a number where the column has numbers, years and days excepted."""
    numbers = [cell for cell in first.values() if cell.kind == "number"]
    if len(numbers) > 2 and _counts_up(numbers):
        return False
    numeric = _numeric_columns([_Line(-1, {}), *rest])
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


def _has_names_at_left(block: _Block) -> bool:
    """Say whether a block of two columns has bold names in the first, and none in the second."""
    columns = sorted(_columns(block))
    if len(columns) != 2:
        return False
    left = [line.cells[columns[0]] for line in block if columns[0] in line.cells]
    right = [line.cells[columns[1]] for line in block if columns[1] in line.cells]
    return all(cell.strong for cell in left) and not any(cell.strong for cell in right)


def _table(block: _Block, header_rows: int) -> Table:
    columns = sorted({column for line in block for column in line.cells})
    return Table(tuple(tuple(_value(line.cells.get(column)) for column in columns) for line in block), header_rows)


def _value(cell: Cell | None) -> str | None:
    if cell is None:
        return ""
    return None if cell.kind == "covered" else cell.text
