"""Excel workbooks in the binary format of Excel 2007 and later: .xlsb ([MS-XLSB]).

Its parts are those of an .xlsx file, with records instead of XML. No library gives the number formats, without which
25% is 0.25 and a time a date in 1899. Read and left out as in .xlsx files; formulas always have a stored value.

Not covered: threads of comments beyond what older programs show of them, print titles, words in print headers and
footers, chart sheets (left out unnamed).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import ParsedElements
from ingest.parse.inline import Position, join_runs
from ingest.parse.ooxml.opc import Package, open_package
from ingest.parse.shared.compose import comment_text
from ingest.parse.spreadsheet.drawings import read_drawing
from ingest.parse.spreadsheet.grid import Cell, Range, Row, Sheet, TableRange
from ingest.parse.spreadsheet.number_formats import BUILT_IN, GENERAL
from ingest.parse.spreadsheet.workbook import Style, cell_name, number_cell, text_cell, workbook_elements

# The numbers of records ([MS-XLSB], 2.3.2).
_ROW, _RK, _ERROR, _BOOL, _REAL, _STRING, _SHARED = 0, 2, 3, 4, 5, 6, 7
_FORMULA_STRING, _FORMULA_REAL, _FORMULA_BOOL, _FORMULA_ERROR, _RICH_STRING = 8, 9, 10, 11, 62
_SHARED_ITEM, _FONT, _FORMAT, _CELL_FORMAT, _COLUMN = 19, 43, 44, 47, 60
_PANE, _WORKBOOK_PROPERTIES, _SHEET, _FILTER, _MERGED = 151, 153, 156, 161, 176
_TABLE, _DRAWING, _CELL_FORMATS, _END_CELL_FORMATS, _TABLE_PART = 343, 550, 617, 618, 661
_COMMENT_AUTHOR, _COMMENT, _COMMENT_TEXT = 632, 635, 637

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_BOLD = 600
_POSITIONS: dict[int, Position] = {1: "super", 2: "sub"}


def parse_xlsb(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the sheets of a workbook in their order. Raises DocumentError."""
    package = open_package(content)
    try:
        return _parsed(package, settings)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise DocumentError("it is damaged: a record in it is incomplete") from error


@dataclass(slots=True)
class _Workbook:
    """What all sheets share."""

    strings: list[str] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    epoch_1904: bool = False

    def rich_text(self, data: bytes, at: int) -> str:
        """Return a text whose fonts may change (2.5.119): flags, the text, and the offsets where fonts begin."""
        text, end = _text(data, at + 1)
        if not data[at] & 1:
            return text
        (count,) = struct.unpack_from("<I", data, end)
        starts = [struct.unpack_from("<2H", data, end + 4 + 4 * number) for number in range(count)]
        runs: list[tuple[str, Position]] = [(text[: starts[0][0]] if starts else text, "")]
        for number, (start, font) in enumerate(starts):
            until = starts[number + 1][0] if number + 1 < len(starts) else len(text)
            runs.append((text[start:until], self.positions[font] if font < len(self.positions) else ""))
        return join_runs(runs)


def _parsed(package: Package, settings: Parsing) -> ParsedElements:
    main = package.main("xl/workbook.bin")
    workbook, sheets = _Workbook(), []
    for part in package.related(main, "styles"):
        workbook.styles, workbook.positions = _styles(package.read(part))
    for part in package.related(main, "sharedStrings"):
        items = (data for kind, data in _records(package.read(part)) if kind == _SHARED_ITEM)
        workbook.strings = [workbook.rich_text(data, 0) for data in items]
    for kind, data in _records(package.read(main)):
        if kind == _WORKBOOK_PROPERTIES:
            workbook.epoch_1904 = bool(data[0] & 1)
        elif kind == _SHEET:
            relation, end = _text(data, 8)
            target = package.target(main, relation)
            sheet = Sheet(_text(data, end)[0], hidden=data[0] != 0)
            sheets.append(sheet)
            if target in package.related(main, "worksheet") and (settings.hidden or not sheet.hidden):
                _SheetReader(package, workbook, sheet).read(str(target))
    title = next((package.root(part).findtext("{*}title") for part in package.related("", "core-properties")), None)
    return workbook_elements(sheets, settings, title=title)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the content of each record (2.1.4)."""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        for _ in range(4):
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield kind, data[at : at + size]
        at += size


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Return the text at an offset, and the offset after it. A missing text is empty."""
    (length,) = struct.unpack_from("<I", data, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le"), end


def _styles(data: bytes) -> tuple[list[Style], list[Position]]:
    """Return the styles of cells, and the positions of the fonts."""
    codes, bold = dict(BUILT_IN), []
    styles: list[Style] = []
    positions: list[Position] = []
    within = False
    for kind, record in _records(data):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", record)[0]] = _text(record, 2)[0]
        elif kind == _FONT:
            weight, position = struct.unpack_from("<2H", record, 4)
            bold.append(weight >= _BOLD)
            positions.append(_POSITIONS.get(position, ""))
        elif kind in (_CELL_FORMATS, _END_CELL_FORMATS):
            within = kind == _CELL_FORMATS
        elif kind == _CELL_FORMAT and within:
            code, font = struct.unpack_from("<2H", record, 2)
            styles.append(Style(codes.get(code, GENERAL), font < len(bold) and bold[font]))
    return styles, positions


class _SheetReader:
    """Reads the records of one sheet."""

    def __init__(self, package: Package, workbook: _Workbook, sheet: Sheet) -> None:
        self._package = package
        self._workbook = workbook
        self._sheet = sheet
        self._row: Row = {}

    def read(self, part: str) -> None:
        """Fill the sheet."""
        for kind, data in _records(self._package.read(part)):
            if kind == _ROW:
                self._begin_row(data)
            elif kind <= _FORMULA_ERROR or kind == _RICH_STRING:
                self._read_cell(kind, data)
            else:
                self._property(kind, data, part)
        self._sheet.rows = {row: cells for row, cells in self._sheet.rows.items() if cells}
        for comments in self._package.related(part, "comments"):
            self._comments(comments)

    def _begin_row(self, data: bytes) -> None:
        (row,) = struct.unpack_from("<I", data)
        self._row = self._sheet.rows.setdefault(row, {})
        if data[11] & 0x10:
            self._sheet.hidden_rows.add(row)

    def _read_cell(self, kind: int, data: bytes) -> None:
        column, style = struct.unpack_from("<II", data)
        styles, index = self._workbook.styles, style & 0xFFFFFF
        cell = self._cell(kind, data, styles[index] if index < len(styles) else Style())
        if cell and cell.text.strip():
            self._row[column] = cell

    def _cell(self, kind: int, data: bytes, style: Style) -> Cell | None:
        if kind in (_RK, _REAL, _FORMULA_REAL):
            value = _rk(data) if kind == _RK else struct.unpack_from("<d", data, 8)[0]
            return number_cell(value, style, epoch_1904=self._workbook.epoch_1904)
        if kind in (_STRING, _FORMULA_STRING):
            return text_cell(_text(data, 8)[0], style)
        if kind == _RICH_STRING:
            return text_cell(self._workbook.rich_text(data, 8), style)
        if kind == _SHARED:
            (index,) = struct.unpack_from("<I", data, 8)
            return text_cell(self._workbook.strings[index], style)
        if kind in (_BOOL, _FORMULA_BOOL):
            return Cell("TRUE" if data[8] else "FALSE", "text", style.strong)
        if kind in (_ERROR, _FORMULA_ERROR):
            return Cell(_ERRORS.get(data[8], "#N/A"), "number", style.strong)
        return None

    def _property(self, kind: int, data: bytes, part: str) -> None:
        sheet = self._sheet
        if kind == _COLUMN:
            first, last, width, _, flags = struct.unpack_from("<4IH", data)
            if flags & 1 or not width:
                sheet.hidden_columns.append((first, last))
        elif kind == _MERGED:
            sheet.merged.append(_range(data))
        elif kind == _FILTER:
            sheet.filters.append(_range(data))
        elif kind == _PANE and data[28] & 3:
            sheet.frozen_rows = int(struct.unpack_from("<d", data, 8)[0])
        elif kind == _TABLE_PART and (table := self._package.target(part, _text(data, 0)[0])):
            for found, record in _records(self._package.read(table)):
                if found == _TABLE:
                    sheet.tables.append(TableRange(_range(record), struct.unpack_from("<I", record, 24)[0]))
        elif kind == _DRAWING and (drawing := self._package.target(part, _text(data, 0)[0])):
            read_drawing(self._package.root(drawing), sheet)

    def _comments(self, part: str) -> None:
        authors: list[str] = []
        author, cell = "", ""
        for kind, data in _records(self._package.read(part)):
            if kind == _COMMENT_AUTHOR:
                authors.append(_text(data, 0)[0])
            elif kind == _COMMENT:
                number, row, _, column = struct.unpack_from("<4I", data)
                author, cell = authors[number] if number < len(authors) else "", cell_name(row, column)
            elif kind == _COMMENT_TEXT:
                text = _text(data, 1)[0].removeprefix(f"{author}:").strip()
                self._sheet.comments.append(comment_text(text, author, cell))


def _range(data: bytes) -> Range:
    top, bottom, left, right = struct.unpack_from("<4I", data)
    return Range(top, left, bottom, right)


def _rk(data: bytes) -> float:
    """Return a number that is stored in 30 bits (2.5.122): an integer or half of a float, perhaps times 100."""
    (raw,) = struct.unpack_from("<i", data, 8)
    value: float = raw >> 2 if raw & 2 else struct.unpack("<d", struct.pack("<iI", 0, raw & 0xFFFFFFFC))[0]
    return value / 100 if raw & 1 else value
