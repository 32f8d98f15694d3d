"""Find the tables, titles and notes of a sheet: empty rows and columns divide it into blocks.

A block's first rows are its title (a single cell: a paragraph) and its header (headers.py). Where the file says what a
table is, that counts; everything else is decided by the kinds of the cells, as documented at each function.

Not covered: tables that only borders divide.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from ingest.parse.elements import Element, Paragraph, Table
from ingest.parse.spreadsheet.grid import (
    COVERED,
    Block,
    Cell,
    Line,
    Profile,
    Range,
    Row,
    Sheet,
    columns_of,
    is_strong,
    numeric_columns,
    written,
)
from ingest.parse.spreadsheet.headers import begins_at, header_rows

_LONG_TEXT = 60
"""Characters. A column of longer cells is prose, and so is a longer last row of one cell."""


def sheet_contents(sheet: Sheet) -> Iterable[Element]:
    """Return the tables that the file names and the blocks around them, from top to bottom."""
    lines = [Line(index, sheet.rows[index]) for index in sorted(sheet.rows) if sheet.rows[index]]
    parts: list[tuple[int, int, list[Element]]] = []
    for table in sheet.tables:
        block = _cut_out(lines, table.range)
        if block:
            parts.append((block[0].number, table.range.left, [_table(block, min(table.header_rows, len(block)))]))
    lines = [line for line in lines if line.cells]
    parts += [(block[0].number, min(block[0].cells), _block_elements(block, sheet)) for block in _blocks(lines)]
    for _, _, elements in sorted(parts, key=lambda part: part[:2]):
        yield from elements


def _cut_out(lines: Sequence[Line], range_: Range) -> Block:
    """Remove the cells of a range from the lines and return them."""
    block = []
    for line in lines:
        if range_.top <= line.number <= range_.bottom:
            inside = {column: cell for column, cell in line.cells.items() if range_.left <= column <= range_.right}
            for column in inside:
                del line.cells[column]
            if inside:
                block.append(Line(line.number, inside))
    return block


def _blocks(lines: Block) -> list[Block]:
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


def _bands(lines: Block) -> list[Block]:
    """Divide at empty rows, unless what follows continues the table above."""
    parts: list[Block] = [[lines[0]]]
    for line in lines[1:]:
        if line.number - parts[-1][-1].number > 1:
            parts.append([])
        parts[-1].append(line)
    parts = [steps for part in parts for steps in _without_common_columns(part)]
    bands, profile = [parts[0]], Profile(parts[0])
    for part in parts[1:]:
        if _continues(bands[-1], profile, part):
            bands[-1].extend(part)
            profile.add(part)
        else:
            bands.append(part)
            profile = Profile(part)
    return bands


def _without_common_columns(lines: Block) -> list[Block]:
    """Divide where no column of the rows above has a cell in the rows below."""
    last: dict[int, int] = {}
    for at, line in enumerate(lines):
        last.update(dict.fromkeys(line.cells, at))
    parts: list[Block] = [[]]
    end = -1
    for at, line in enumerate(lines):
        if parts[-1] and end < at:
            parts.append([])
        parts[-1].append(line)
        end = max(end, *(last[column] for column in line.cells))
    return parts


def _continues(above: Block, profile: Profile, below: Block) -> bool:
    """Say whether rows after a gap belong to the table above it.

    They do when they use no other columns and have no header of their own: a number where the table has numbers, or as
    many cells as it has, of text that is not bold.
    """
    more = columns_of(below)
    if len(profile.columns) < 2 or len(more) < 2 or not more <= profile.columns or _title_rows(below):
        return False
    first, numeric = below[0].cells, profile.numeric
    if any(cell.kind in ("number", "date") for column, cell in first.items() if column in numeric):
        return profile.strong or not is_strong(first)
    if any(column in numeric for column, cell in first.items() if cell.text):
        return False
    gap = below[0].number - above[-1].number
    strong = is_strong(first) and not is_strong(above[-1].cells)
    return not strong and more == profile.columns and gap == 2 and len(above) > 1


def _title_rows(lines: Block) -> int:
    """Return how many rows at the top have a single cell, above rows with more.

    A single merged cell that begins right of the first column is the name of a group of columns, no title.
    """
    count = 0
    columns = columns_of(lines)
    while count < len(lines) and len(written(lines[count].cells)) == 1:
        row = lines[count].cells
        if count + 1 < len(lines) and min(written(row)) > min(columns) and COVERED in row.values():
            break
        count += 1
    return count if count < len(lines) and len(columns) > 1 else 0


def _side_by_side(lines: Block) -> list[Block]:
    """Divide at the empty columns that have independent tables on both sides."""
    used = sorted({column for line in lines for column in line.cells})
    starts = [column for at, column in enumerate(used) if at and column - used[at - 1] > 1]
    if not starts:
        return [lines]
    parts = _divided(lines, starts)
    groups = [[parts[0]]]
    rows, columns = {line.number for line in parts[0]}, len(columns_of(parts[0]))
    for part in parts[1:]:
        if _independent(rows, columns, part) or _begins_below(min(rows), part):
            groups.append([])
            rows, columns = set(), 0
        groups[-1].append(part)
        rows |= {line.number for line in part}
        columns += len(columns_of(part))
    if len(groups) == 1:
        return [lines]
    return [block for group in groups for block in _blocks(_joined(group))]


def _divided(lines: Block, starts: Sequence[int]) -> list[Block]:
    """Return the parts of the lines between the columns in `starts`."""
    parts: list[Block] = [[] for _ in range(len(starts) + 1)]
    for line in lines:
        cut: dict[int, Row] = {}
        for column, cell in line.cells.items():
            cut.setdefault(bisect_right(starts, column), {})[column] = cell
        for at, cells in cut.items():
            parts[at].append(Line(line.number, cells))
    return parts


def _joined(parts: Sequence[Block]) -> Block:
    rows: dict[int, Row] = {}
    for part in parts:
        for line in part:
            rows.setdefault(line.number, {}).update(line.cells)
    return [Line(index, rows[index]) for index in sorted(rows)]


def _independent(rows: set[int], columns: int, right: Block) -> bool:
    """Say whether a part after an empty column is a table of its own.

    It is when it shares fewer than half of the rows of the part before it, or when both have two columns and it begins
    with names, not with numbers that need the names at the left. Otherwise the empty column is only space.
    """
    shared = rows & {line.number for line in right}
    if 2 * len(shared) < min(len(rows), len(right)):
        return True
    own = columns_of(right)
    if columns < 2 or len(own) < 2 or len(right) < 2:
        return False
    return min(own) not in numeric_columns(right) and bool(right[0].cells.get(min(own), COVERED).text)


def _begins_below(top: int, right: Block) -> bool:
    """Say whether a part has a header of its own, below the first row of the part before it."""
    texts = all(cell.kind == "text" for cell in right[0].cells.values() if cell.text)
    return right[0].number > top and texts and len(columns_of(right)) > 1 and bool(numeric_columns(right))


def _block_elements(block: Block, sheet: Sheet) -> list[Element]:
    """Return a block as paragraphs or a table, with the rows of prose at its end as paragraphs."""
    columns = columns_of(block)
    if len(columns) == 1 and not any(begins_at(block, one) for one in sheet.filters) and _is_prose(block):
        return [Paragraph(cell.text) for line in block for cell in line.cells.values() if cell.text]
    end = len(block)
    while end > 2 and _is_note(block[end - 1], min(columns)):
        end -= 1
    notes = [Paragraph(cell.text) for line in block[end:] for cell in line.cells.values() if cell.text]
    start = _lead_rows(block[:end])
    lead: list[Element] = [_table(block[:start], 0)] if start else []
    body = block[start:end]
    return [*lead, _table(body, header_rows(body, sheet)), *notes]


def _is_prose(block: Block) -> bool:
    """Say whether the cells of one column are paragraphs: one or two of them, or a long one."""
    return len(block) <= 2 or any(len(cell.text) > _LONG_TEXT for line in block for cell in line.cells.values())


def _is_note(line: Line, first: int) -> bool:
    """Say whether a last row is a remark below the table: one long or merged text in the first column."""
    if written(line.cells) != [first] or line.cells[first].kind != "text":
        return False
    return len(line.cells[first].text) > _LONG_TEXT or COVERED in line.cells.values()


def _lead_rows(block: Block) -> int:
    """Return how many rows come before the header: at most two cells each, where the header fills most columns."""
    width = len(columns_of(block))
    if width < 4:
        return 0
    for at, line in enumerate(block[:8]):
        cells = len(written(line.cells))
        if cells * 2 > width:
            return at if at + 1 < len(block) else 0
        if cells > 2 or COVERED in line.cells.values():
            return 0
    return 0


def _table(block: Block, header_rows: int) -> Table:
    columns = sorted({column for line in block for column in line.cells})
    return Table(tuple(tuple(_value(line.cells.get(column)) for column in columns) for line in block), header_rows)


def _value(cell: Cell | None) -> str | None:
    if cell is None:
        return ""
    return None if cell.kind == "covered" else cell.text
