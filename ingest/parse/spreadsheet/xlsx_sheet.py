"""One sheet of an Excel workbook: its cells, and what else its parts say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from ingest.parse.ooxml.local import is_true, relation_id
from ingest.parse.ooxml.opc import Package
from ingest.parse.shared.compose import comment_text
from ingest.parse.shared.xml_tree import local_name
from ingest.parse.spreadsheet.drawings import read_drawing
from ingest.parse.spreadsheet.grid import Cell, Range, Sheet, TableRange
from ingest.parse.spreadsheet.number_formats import GENERAL
from ingest.parse.spreadsheet.workbook import (
    Style,
    cell_name,
    column_number,
    has_words,
    number_cell,
    range_of,
    text_cell,
)
from ingest.parse.spreadsheet.xlsx_values import number_of, string_of, unescaped

_CACHED_CELLS = 100_000

_SHEET_TAGS = (
    "sheetView col row mergeCell autoFilter tablePart drawing oddHeader oddFooter evenHeader evenFooter firstHeader "
    "firstFooter"
).split()


@dataclass(frozen=True, slots=True)
class Shared:
    """What the sheets of a workbook share."""

    strings: list[str]
    styles: list[Style]
    epoch_1904: bool
    formulas: Formulas
    cells: dict[tuple[str, str, str], Cell | None] = field(default_factory=dict)
    """Cells as displayed, by their kind, style and value."""


class Formulas:
    """Formulas without a stored value.

    Some writers store 0 for every formula and ask for a calculation when the workbook is opened: where all values are
    0 and that is asked for, none is a value.
    """

    def __init__(self, recalculated: bool) -> None:
        self.uncomputed = 0
        self._recalculated = recalculated
        self._computed = False
        self._zeros: list[tuple[dict[int, Cell], int, str]] = []

    def stored(self, value: str, row: dict[int, Cell], column: int, formula: str) -> None:
        """Note the stored value of a formula."""
        if value != "0":
            self._computed = True
            self._zeros.clear()
        elif self._recalculated and not self._computed:
            self._zeros.append((row, column, formula))

    def show(self) -> None:
        """Show the formulas whose stored zeros are no values."""
        for row, column, formula in self._zeros:
            row[column] = Cell(formula, "number")
        self.uncomputed += len(self._zeros)


class SheetReader:
    """Reads the parts of one sheet."""

    def __init__(self, package: Package, shared: Shared, sheet: Sheet) -> None:
        self._package = package
        self._shared = shared
        self._sheet = sheet
        self._formulas = shared.formulas
        self._shared_formulas: dict[str, tuple[str, str]] = {}
        self._row = -1
        self._printed = False

    def read(self, part: str) -> None:
        """Fill the sheet."""
        for element in self._package.stream(part, _SHEET_TAGS):
            self._element(element, part)
        self._comments(part)
        if self._printed:
            self._sheet.left_out.append(f"the print header or footer of the sheet '{self._sheet.name}'")

    def _element(self, element: etree._Element, part: str) -> None:
        sheet = self._sheet
        match local_name(element):
            case "row":
                self._read_row(element)
            case "col":
                if is_true(element.get("hidden")) or _is_zero(element.get("width")):
                    sheet.hidden_columns.append((number_of(element.get("min")) - 1, number_of(element.get("max")) - 1))
            case "mergeCell":
                if range_ := range_of(element.get("ref", "")):
                    sheet.merged.append(range_)
            case "autoFilter":
                if range_ := range_of(element.get("ref", "")):
                    sheet.filters.append(range_)
            case "sheetView":
                self._frozen(element)
            case "tablePart":
                self._table(self._package.target(part, relation_id(element)))
            case "drawing":
                if drawing := self._package.target(part, relation_id(element)):
                    read_drawing(self._package.root(drawing), sheet)
            case _:
                self._printed = self._printed or has_words(element.text or "")

    def _frozen(self, view: etree._Element) -> None:
        for pane in view.iterfind("{*}pane"):
            rows = pane.get("ySplit", "0")
            if pane.get("state", "").startswith("frozen") and rows.isdecimal():
                top = range_of(view.get("topLeftCell", "A1")) or Range(0, 0, 0, 0)
                self._sheet.frozen_rows = top.top + int(rows)

    def _table(self, part: str | None) -> None:
        if part:
            root = self._package.root(part)
            if range_ := range_of(root.get("ref", "")):
                self._sheet.tables.append(TableRange(range_, number_of(root.get("headerRowCount", "1"))))

    def _read_row(self, element: etree._Element) -> None:
        given = element.get("r", "")
        self._row = int(given) - 1 if given.isdecimal() else self._row + 1
        if is_true(element.get("hidden")) or _is_zero(element.get("ht")):
            self._sheet.hidden_rows.add(self._row)
        cells = self._sheet.rows.setdefault(self._row, {})
        column = -1
        for item in element:
            reference = item.get("r", "")
            letters = reference.rstrip("0123456789")
            column = column_number(letters) if letters.isalpha() and len(letters) <= 3 else column + 1
            cell = self._cell(item, cells, column)
            if cell and cell.text.strip():
                cells[column] = cell
        if not cells:
            del self._sheet.rows[self._row]

    def _cell(self, item: etree._Element, row: dict[int, Cell], column: int) -> Cell | None:
        value, formula, inline = None, None, None
        for child in item:
            tag = child.tag
            if tag.endswith("}v"):
                value = child.text
            elif tag.endswith("}f"):
                formula = child
            elif tag.endswith("}is"):
                inline = child
        kind, style = item.get("t", "n"), item.get("s", "0")
        if formula is not None and not value and kind != "str":
            self._formulas.uncomputed += 1
            return Cell(self._formula(formula, column), "number")
        if inline is not None:
            return text_cell(string_of(inline), self._style(style))
        if not value:
            return None
        if formula is not None:
            self._formulas.stored(value, row, column, self._formula(formula, column))
        return self._cached(kind, style, value)

    def _cached(self, kind: str, style: str, value: str) -> Cell | None:
        cells, key = self._shared.cells, (kind, style, value)
        if key not in cells:
            if len(cells) >= _CACHED_CELLS:
                cells.clear()
            cells[key] = self._displayed(kind, self._style(style), value)
        return cells[key]

    def _displayed(self, kind: str, style: Style, value: str) -> Cell | None:
        match kind:
            case "s":
                strings = self._shared.strings
                at = number_of(value)
                return text_cell(strings[at], style) if at < len(strings) else None
            case "str":
                return text_cell(unescaped(value), style)
            case "b":
                return Cell("TRUE" if value.strip() in ("1", "true") else "FALSE", "text", style.strong)
            case "e":
                return Cell(value, "number", style.strong)
            case "d":
                return _dated(value, style)
        try:
            return number_cell(float(value), style, epoch_1904=self._shared.epoch_1904)
        except ValueError:
            return text_cell(value, style)

    def _style(self, index: str) -> Style:
        styles, at = self._shared.styles, number_of(index)
        return styles[at] if at < len(styles) else Style()

    def _formula(self, element: etree._Element, column: int) -> str:
        """Return the text of a formula. One that is shared has its text in the first of its cells."""
        here, shared = cell_name(self._row, column), element.get("si", "")
        text = (element.text or "").replace("_xlfn.", "").replace("_xlws.", "")
        if element.get("t") == "shared" and text:
            self._shared_formulas[shared] = (text, here)
        elif element.get("t") == "shared" and shared in self._shared_formulas:
            from openpyxl.formula.translate import Translator

            text, origin = self._shared_formulas[shared]
            return str(Translator(f"={text}", origin).translate_formula(here))
        return f"={text}"

    def _comments(self, part: str) -> None:
        """Read the comments of a sheet. Those that are threads are stored a second time for older programs."""
        threads = [
            one
            for target in self._package.related(part, "threadedComment")
            for one in self._package.root(target).iterfind("{*}threadedComment")
        ]
        threaded = {one.get("ref") for one in threads}
        for target in self._package.related(part, "comments"):
            root = self._package.root(target)
            authors = [(author.text or "").strip() for author in root.iterfind("{*}authors/{*}author")]
            for one in root.iterfind("{*}commentList/{*}comment"):
                text = one.find("{*}text")
                if one.get("ref") not in threaded and text is not None:
                    at = number_of(one.get("authorId"))
                    author = authors[at] if at < len(authors) else ""
                    self._comment(one.get("ref", ""), string_of(text), author)
        for one in threads:
            self._comment(one.get("ref", ""), one.findtext("{*}text") or "", "")

    def _comment(self, reference: str, text: str, author: str) -> None:
        text = text.removeprefix(f"{author}:").strip() if author else text.strip()
        if text:
            self._sheet.comments.append(comment_text(text, author, reference))


def _dated(value: str, style: Style) -> Cell:
    """Return a date that is stored in ISO 8601, under its number format; as it is where it has none."""
    if style.code == GENERAL:
        return Cell(value.replace("T", " ").removesuffix("Z"), "date", style.strong)
    try:
        moment = datetime.fromisoformat(value.removesuffix("Z"))
    except ValueError:
        return Cell(value, "date", style.strong)
    days = (moment.replace(tzinfo=None) - datetime(1899, 12, 30)).total_seconds() / 86_400
    return number_cell(days, style)


def _is_zero(value: str | None) -> bool:
    return value is not None and not value.strip("0.") and value != ""
