"""Excel workbooks in the binary format of Excel 97 to 2003 (.xls, .xlt), with xlrd.

xlrd is one of two libraries that read this format, and the one that also gives number formats, hidden rows and columns,
and merged cells. Read and left out as in .xlsx files. What programs export under this ending although it is another
format, a newer workbook or a page of HTML, is read as what it is.

Not covered: text boxes, charts and pictures (neither read nor named), filters, workbooks before Excel 95, Excel's XML
of 2003.
"""

from __future__ import annotations

import io
import struct
from itertools import pairwise

import xlrd
from xlrd.biffh import error_text_from_code
from xlrd.compdoc import CompDocError

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import ParsedElements
from ingest.parse.inline import Position, join_runs
from ingest.parse.parsed import ParsedText
from ingest.parse.shared.compose import comment_text
from ingest.parse.spreadsheet.grid import Cell, Range, Sheet
from ingest.parse.spreadsheet.number_formats import BUILT_IN, GENERAL
from ingest.parse.spreadsheet.workbook import Style, cell_name, number_cell, text_cell, workbook_elements

_POSITIONS: dict[int, Position] = {1: "super", 2: "sub"}
_REGIONAL_FORMATS = (14, 22)
_FAULTS = (
    xlrd.XLRDError,
    CompDocError,
    struct.error,
    AssertionError,
    AttributeError,
    IndexError,
    KeyError,
    NotImplementedError,
    TypeError,
    UnicodeError,
    ValueError,
)
"""What xlrd raises for a damaged file: it has no checks of its own for most of its records."""


def parse_xls(content: bytes, settings: Parsing) -> ParsedElements | ParsedText:
    """Return the sheets of a workbook in their order. Raises DocumentError."""
    if content.startswith(b"PK"):
        from ingest.parse.spreadsheet.xlsx import parse_xlsx

        return parse_xlsx(content, settings)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return _page(content, settings)
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
        sheets = [_sheet(book, sheet) for sheet in book.sheets()]
    except _FAULTS as error:
        raise DocumentError(_reason(error)) from error
    return workbook_elements(sheets, settings)


def _page(content: bytes, settings: Parsing) -> ParsedElements | ParsedText:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in content[:4096]:
        raise DocumentError("it is an XML spreadsheet of Excel 2003; save it as .xlsx")
    from ingest.parse.markup.html import parse_html

    return parse_html(content, settings)


def _reason(error: Exception) -> str:
    if "encrypted" in str(error):
        return "it is encrypted; save it without a password"
    lines = str(error).splitlines()
    cause = lines[0][:160] if lines else type(error).__name__
    return f"it is damaged ({cause}); open it in a spreadsheet program and save it as .xlsx"


def _sheet(book: xlrd.Book, source: xlrd.sheet.Sheet) -> Sheet:
    sheet = Sheet(source.name, hidden=source.visibility != 0)
    for row in range(source.nrows):
        cells = {}
        for column in range(source.row_len(row)):
            cell = _cell(book, source, row, column)
            if cell and cell.text.strip():
                cells[column] = cell
        if cells:
            sheet.rows[row] = cells
    sheet.merged = [Range(top, left, bottom - 1, right - 1) for top, bottom, left, right in source.merged_cells]
    sheet.hidden_rows = {row for row, info in source.rowinfo_map.items() if info.hidden or info.height == 0}
    sheet.hidden_columns = [
        (column, column) for column, info in source.colinfo_map.items() if info.hidden or info.width == 0
    ]
    if source.panes_are_frozen:
        sheet.frozen_rows = source.first_visible_rowx + source.horz_split_pos
    sheet.comments = [
        comment_text(note.text.removeprefix(f"{note.author}:").strip(), note.author, cell_name(row, column))
        for (row, column), note in sorted(source.cell_note_map.items())
        if note.text.strip()
    ]
    return sheet


def _cell(book: xlrd.Book, source: xlrd.sheet.Sheet, row: int, column: int) -> Cell | None:
    kind, value = source.cell_type(row, column), source.cell_value(row, column)
    style = _style(book, source.cell_xf_index(row, column))
    match kind:
        case xlrd.XL_CELL_TEXT:
            runs = source.rich_text_runlist_map.get((row, column))
            return text_cell(_rich_text(book, value, runs) if runs else value, style)
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            return number_cell(float(value), style, epoch_1904=book.datemode == 1)
        case xlrd.XL_CELL_BOOLEAN:
            return Cell("TRUE" if value else "FALSE", "text", style.strong)
        case xlrd.XL_CELL_ERROR:
            return Cell(error_text_from_code.get(value, "#N/A"), "number", style.strong)
    return None


def _style(book: xlrd.Book, index: int) -> Style:
    if index >= len(book.xf_list):
        return Style()
    xf = book.xf_list[index]
    key = xf.format_key
    named = book.format_map.get(key)
    code = BUILT_IN[key] if key in _REGIONAL_FORMATS or (named is None and key in BUILT_IN) else None
    return Style(code or (named.format_str if named else GENERAL), bool(book.font_list[xf.font_index].bold))


def _rich_text(book: xlrd.Book, text: str, runs: list[tuple[int, int]]) -> str:
    """Return a text whose fonts change at the offsets of the runs; its beginning has the font of the cell."""
    starts = [(0, None), *runs, (len(text), None)]
    pieces: list[tuple[str, Position]] = []
    for (start, font), (end, _) in pairwise(starts):
        position = _POSITIONS.get(book.font_list[font].escapement, "") if font is not None else ""
        pieces.append((text[start:end], position))
    return join_runs(pieces)
