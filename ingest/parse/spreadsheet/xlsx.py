"""Excel workbooks: .xlsx, .xlsm (ECMA-376 part 1, SpreadsheetML; both the transitional and the strict form).

The workbook is read here, its sheets in xlsx_sheet.py.

Read: the visible sheets under their names; values as displayed; the stored values of formulas; rich text with raised
and lowered characters; text boxes, after the tables of their sheet. Left out and named: hidden sheets, rows and columns
(also filtered and collapsed ones), comments, charts, pictures, chart sheets, words in print headers and footers. A
formula without a stored value is read as its text, and counted.

The parts are read as streams, not with openpyxl: its mode that keeps memory bounded has neither merged cells nor hidden
rows, and its other mode needs about 50 times the size of a file.

Not covered: conditional formats (a number format that one applies), formulas' results (nothing is computed), pivot
tables beyond their cells, names of charts and their axes, SmartArt, cells in white on white.
"""

from __future__ import annotations

import re

from lxml import etree

from core.domain import Parsing
from ingest.parse.elements import ParsedElements
from ingest.parse.ooxml.local import is_true, relation_id
from ingest.parse.ooxml.opc import Package, open_package
from ingest.parse.spreadsheet.grid import Sheet
from ingest.parse.spreadsheet.number_formats import BUILT_IN, GENERAL
from ingest.parse.spreadsheet.workbook import (
    Style,
    workbook_elements,
)
from ingest.parse.spreadsheet.xlsx_sheet import Formulas, Shared, SheetReader
from ingest.parse.spreadsheet.xlsx_values import number_of, string_of

# Formats of East Asian versions of Excel (18.8.30): dates and times in the reader's own order.
_EAST_ASIAN = dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd") | {
    32: "h:mm",
    33: "h:mm:ss",
}


def parse_xlsx(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the sheets of a workbook in their order. Raises DocumentError."""
    return _Workbook(open_package(content)).parsed(settings)


class _Workbook:
    """The parts of a workbook."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = package.main("xl/workbook.xml")
        self._root = package.root(self._main)
        epoch_1904 = any(is_true(one.get("date1904")) for one in self._root.iterfind("{*}workbookPr"))
        recalculated = any(is_true(one.get("fullCalcOnLoad")) for one in self._root.iterfind("{*}calcPr"))
        self._shared = Shared(self._strings(), self._styles(), epoch_1904, Formulas(recalculated))

    def parsed(self, settings: Parsing) -> ParsedElements:
        """Return the elements of all sheets."""
        sheets, formulas = [], self._shared.formulas
        header_rows = self._print_titles()
        for position, entry in enumerate(self._root.iterfind("{*}sheets/{*}sheet")):
            name = str(entry.get("name"))
            sheet = Sheet(name, hidden=entry.get("state", "visible") != "visible")
            part = self._package.target(self._main, relation_id(entry))
            sheets.append(sheet)
            if sheet.hidden and not settings.hidden:
                continue
            if part in self._package.related(self._main, "worksheet"):
                sheet.frozen_rows = header_rows.get(position, 0)
                SheetReader(self._package, self._shared, sheet).read(str(part))
            elif part:
                sheet.left_out.append(f"the {'chart' if 'chart' in part else 'macro or dialog'} sheet '{name}'")
        formulas.show()
        return workbook_elements(sheets, settings, title=self._package.title(), uncomputed=formulas.uncomputed)

    def _print_titles(self) -> dict[int, int]:
        """Return the number of rows that are printed on each page, by the position of the sheet."""
        titles = {}
        for name in self._root.iterfind("{*}definedNames/{*}definedName"):
            rows = re.search(r"!\$1:\$(\d{1,2})$", name.text or "")
            if name.get("name") == "_xlnm.Print_Titles" and rows and str(name.get("localSheetId")).isdecimal():
                titles[int(str(name.get("localSheetId")))] = int(rows[1])
        return titles

    def _strings(self) -> list[str]:
        return [
            string_of(item)
            for part in self._package.related(self._main, "sharedStrings")[:1]
            for item in self._package.stream(part, ["si"])
        ]

    def _styles(self) -> list[Style]:
        for part in self._package.related(self._main, "styles"):
            root = self._package.root(part)
            codes = {**_EAST_ASIAN, **BUILT_IN}
            for one in root.iterfind("{*}numFmts/{*}numFmt"):
                codes[number_of(one.get("numFmtId"))] = str(one.get("formatCode"))
            bold = [_is_bold(font) for font in root.iterfind("{*}fonts/{*}font")]
            return [
                Style(
                    codes.get(number_of(one.get("numFmtId")), GENERAL),
                    (font := number_of(one.get("fontId"))) < len(bold) and bold[font],
                )
                for one in root.iterfind("{*}cellXfs/{*}xf")
            ]
        return []


def _is_bold(font: etree._Element) -> bool:
    return any(is_true(one.get("val", "1")) for one in font.iterfind("{*}b"))
