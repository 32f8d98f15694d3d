"""OpenDocument spreadsheets: .ods, .ots and .fods (OpenDocument 1.3, part 3, chapter 9).

A cell holds the text that its program displays, which is read as it is; formulas have their stored values. Read: the
visible sheets under their names, and text boxes after the tables of their sheet. Left out and named: hidden sheets,
rows and columns (also filtered and collapsed ones), comments, embedded objects (charts are), pictures. A formula
without a text or a value is read as its text, and counted.

Not covered: number formats of cells without a text (their values are written in a plain form: no program of today
leaves the text out), frozen rows, words in print headers and footers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO

from lxml import etree

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import ParsedElements
from ingest.parse.inline import Position, join_runs
from ingest.parse.odf.document import refuse_encrypted
from ingest.parse.odf.styles import position_of
from ingest.parse.shared.archive import Archive, open_archive
from ingest.parse.shared.compose import comment_text
from ingest.parse.shared.left_out import Tally
from ingest.parse.shared.xml_tree import local_name, parse_xml, stream_xml
from ingest.parse.spreadsheet.grid import Cell, CellKind, Range, Row, Sheet
from ingest.parse.spreadsheet.numbers import displayed_number, general
from ingest.parse.spreadsheet.workbook import cell_name, range_of, workbook_elements

MAX_CELLS = 20_000_000
"""Cells of one sheet. A sheet can repeat a row or a cell a million times in a few bytes."""

_TAGS = "automatic-styles table-column table-row shapes database-range table".split()
_ROWS, _COLUMNS = 1_048_576, 16_384
_REFERENCE = re.compile(r"\[([^\[\]]*)\]")
_KINDS: dict[str, CellKind] = {
    "float": "number",
    "percentage": "number",
    "currency": "number",
    "date": "date",
    "time": "date",
}
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")


def parse_ods(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the sheets in their order. Raises DocumentError."""
    if content.lstrip()[:1] == b"<" or content.startswith(b"\xef\xbb\xbf<"):
        return _Reader().parsed(io.BytesIO(content), settings, None)
    archive = open_archive(content)
    refuse_encrypted(archive)
    return _Reader().parsed(archive.open("content.xml"), settings, _title(archive))


def _title(archive: Archive) -> str | None:
    if "meta.xml" not in archive:
        return None
    return next((str(one.text) for one in parse_xml(archive.read("meta.xml")).iter("{*}title") if one.text), None)


class _Reader:
    """The sheets read so far; the last one is being read."""

    def __init__(self) -> None:
        self._sheets: list[Sheet] = []
        self._table: etree._Element | None = None
        self._row = self._column = self._cells = 0
        self._uncomputed = 0
        self._hidden_tables: set[str] = set()
        self._bold: set[str] = set()
        self._positions: dict[str, Position] = {}
        self._column_styles: list[tuple[int, str]] = []
        self._objects = Tally()

    def parsed(self, content: IO[bytes], settings: Parsing, title: str | None) -> ParsedElements:
        """Return the elements of all sheets."""
        for element in stream_xml(content, _TAGS):
            match local_name(element):
                case "automatic-styles":
                    self._styles(element)
                case "database-range":
                    self._filter(element)
                case "table":
                    self._end_table(element)
                case kind:
                    if self._begin_table(element):
                        self._part(kind, element)
        return workbook_elements(self._sheets, settings, title=title, uncomputed=self._uncomputed)

    def _part(self, kind: str, element: etree._Element) -> None:
        match kind:
            case "table-column":
                self._read_column(element)
            case "table-row":
                self._read_row(element)
            case "shapes":
                self._read_shapes(element)

    def _styles(self, styles: etree._Element) -> None:
        for style in styles.iterfind("{*}style"):
            name = _attribute(style, "name")
            for properties in style:
                if _attribute(properties, "display") == "false" and local_name(properties) == "table-properties":
                    self._hidden_tables.add(name)
                if _attribute(properties, "font-weight") == "bold":
                    self._bold.add(name)
                if position := _attribute(properties, "text-position"):
                    self._positions[name] = position_of(position)

    def _begin_table(self, element: etree._Element) -> bool:
        """Begin a sheet with its first part. A table within a cell or a change is no sheet: its parts are not read."""
        tables = list(element.iterancestors("{*}table"))
        if len(tables) != 1 or any(True for _ in element.iterancestors("{*}tracked-changes")):
            return False
        if tables[0] is not self._table:
            self._table = tables[0]
            hidden = _attribute(self._table, "style-name") in self._hidden_tables
            self._sheets.append(Sheet(_attribute(self._table, "name"), hidden=hidden))
            self._row = self._column = 0
            self._column_styles, self._objects = [], Tally()
        return True

    def _end_table(self, element: etree._Element) -> None:
        if element is self._table:
            self._sheets[-1].left_out += [
                f"{phrase} on the sheet '{self._sheets[-1].name}'" for phrase in self._objects.phrases()
            ]

    def _filter(self, element: etree._Element) -> None:
        """Note the range of an autofilter: 'Sheet 1'.A1:'Sheet 1'.C9."""
        if _attribute(element, "display-filter-buttons") != "true":
            return
        first, _, second = _attribute(element, "target-range-address").partition(":")
        name, _, start = first.rpartition(".")
        range_ = range_of(f"{start}:{second.rpartition('.')[2] or start}")
        for sheet in self._sheets:
            if range_ and sheet.name == name.strip("'$").replace("''", "'"):
                sheet.filters.append(range_)

    def _read_column(self, element: etree._Element) -> None:
        repeated = _repeated(element, "number-columns-repeated")
        if _is_hidden(element, "table-column-group"):
            self._sheets[-1].hidden_columns.append((self._column, self._column + repeated - 1))
        self._column_styles.append((self._column, _attribute(element, "default-cell-style-name")))
        self._column += repeated

    def _read_row(self, element: etree._Element) -> None:
        sheet, first = self._sheets[-1], self._row
        repeated = min(_repeated(element, "number-rows-repeated"), max(1, _ROWS - first))
        self._row += repeated
        cells, merged = self._read_cells(element, first)
        hidden = _is_hidden(element, "table-row-group")
        if not cells:
            sheet.hidden_rows.update(range(first, first + repeated) if hidden and repeated < _ROWS // 2 else ())
            return
        self._cells += repeated * len(cells)
        if self._cells > MAX_CELLS:
            raise DocumentError(f"it has more than {MAX_CELLS:,} cells; split it")
        for row in range(first, first + repeated):
            sheet.rows[row] = dict(cells)
            if hidden:
                sheet.hidden_rows.add(row)
        sheet.merged += [Range(first, left, first + rows - 1, left + columns - 1) for left, rows, columns in merged]
        if any(True for _ in element.iterancestors("{*}table-header-rows")):
            sheet.frozen_rows = max(sheet.frozen_rows, first + repeated)

    def _read_cells(self, element: etree._Element, row: int) -> tuple[Row, list[tuple[int, int, int]]]:
        """Return the cells of a row, and the merged ones as column, rows and columns."""
        cells: Row = {}
        merged = []
        column = 0
        for item in element:
            if not local_name(item).endswith("table-cell"):
                continue
            repeated = _repeated(item, "number-columns-repeated")
            if len(item) or item.attrib:
                cell = self._cell(item, row, column)
                if cell and cell.text.strip():
                    cells.update(dict.fromkeys(range(column, min(column + repeated, _COLUMNS)), cell))
                spans = _repeated(item, "number-rows-spanned"), _repeated(item, "number-columns-spanned")
                if cell and spans != (1, 1):
                    merged.append((column, *spans))
            column += repeated
        return cells, merged

    def _cell(self, item: etree._Element, row: int, column: int) -> Cell | None:
        if local_name(item) == "covered-table-cell":
            return None
        lines = []
        for child in item:
            match local_name(child):
                case "p" | "h":
                    lines.append(join_runs(self._runs(child)))
                case "list":
                    lines += [join_runs(self._runs(one)) for one in child.iter("{*}p")]
                case "annotation":
                    self._comment(child, cell_name(row, column))
                case "frame" | "custom-shape" | "rect" | "ellipse" | "g":
                    self._shape(child)
        kind = _attribute(item, "value-type")
        text = "\n".join(lines)
        if not text.strip():
            text = self._value(item, kind)
        return Cell(text, _KINDS.get(kind, "text"), self._is_bold(item, column))

    def _value(self, item: etree._Element, kind: str) -> str:
        """Return the value of a cell that has no text; the text of its formula if there is no value either."""
        value = _attribute(item, "value")
        match kind:
            case "float" | "currency" | "percentage" if _is_number(value):
                text = displayed_number(float(value), "0.######%") if kind == "percentage" else general(float(value))
                return f"{text.replace('.%', '%')} {_attribute(item, 'currency')}".strip()
            case "date":
                return _attribute(item, "date-value").replace("T", " ")
            case "time":
                return _clock(_attribute(item, "time-value"))
            case "boolean":
                return _attribute(item, "boolean-value").upper()
            case "string":
                return _attribute(item, "string-value")
        formula = _attribute(item, "formula")
        if not formula:
            return ""
        self._uncomputed += 1
        return _REFERENCE.sub(lambda match: match[1].replace(".", ""), formula[formula.find("=") :])

    def _is_bold(self, item: etree._Element, column: int) -> bool:
        style = _attribute(item, "style-name")
        if not style:
            style = next((name for start, name in reversed(self._column_styles) if start <= column), "")
        return style in self._bold

    def _runs(self, element: etree._Element, position: Position = "") -> Iterator[tuple[str, Position]]:
        """Yield the text in a paragraph. Comments within it have been read before."""
        if element.text:
            yield " ".join(element.text.split("\n")), position
        for child in element:
            match local_name(child):
                case "s":
                    yield " " * min(_repeated(child, "c"), 1000), position
                case "tab":
                    yield "\t", position
                case "line-break":
                    yield "\n", position
                case "annotation" | "ruby-text":
                    pass
                case _:
                    yield from self._runs(child, self._positions.get(_attribute(child, "style-name"), position))
            if child.tail:
                yield " ".join(child.tail.split("\n")), position

    def _comment(self, annotation: etree._Element, cell: str) -> None:
        text = "\n".join(join_runs(self._runs(one)) for one in annotation.iter("{*}p"))
        author = next((str(one.text or "") for one in annotation.iterfind("{*}creator")), "")
        if text.strip():
            self._sheets[-1].comments.append(comment_text(text, author, cell))

    def _read_shapes(self, shapes: etree._Element) -> None:
        for shape in shapes:
            self._shape(shape)

    def _shape(self, shape: etree._Element) -> None:
        """Read the text of a shape, and count a chart or a picture."""
        kinds = {local_name(one) for one in shape.iter() if isinstance(one.tag, str)}
        noun = "embedded object" if kinds & {"object", "object-ole"} else "picture" if "image" in kinds else ""
        if noun:
            self._objects[noun] += 1
            return
        texts = (join_runs(self._runs(one)) for one in shape.iter("{*}p"))
        self._sheets[-1].shapes += [text for text in texts if text.strip()]


def _attribute(element: etree._Element, name: str) -> str:
    """Return an attribute by its local name; the namespaces of the attributes that are read do not overlap."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith(f"}}{name}")), "")


def _repeated(element: etree._Element, name: str) -> int:
    value = _attribute(element, name)
    return max(1, int(value)) if value.isdecimal() and len(value) < 9 else 1


def _is_hidden(element: etree._Element, group: str) -> bool:
    """Say whether a row or column is hidden, filtered, or in a collapsed group."""
    if _attribute(element, "visibility") in ("collapse", "filter"):
        return True
    return any(_attribute(one, "display") == "false" for one in element.iterancestors(f"{{*}}{group}"))


def _is_number(value: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", value) is not None


def _clock(duration: str) -> str:
    """Return hours, minutes and seconds of a duration: 26:15:00 for PT26H15M00S."""
    match = _DURATION.fullmatch(duration)
    if not match:
        return duration
    sign, days, hours, minutes, seconds, decimals = (part or "" for part in match.groups())
    whole = int(days or 0) * 24 + int(hours or 0)
    return f"{sign}{whole:02}:{int(minutes or 0):02}:{int(seconds or 0):02}{f'.{decimals}' if decimals else ''}"
