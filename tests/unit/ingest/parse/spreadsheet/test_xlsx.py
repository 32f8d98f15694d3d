"""A workbook is read as its program displays it; what is hidden or no text is named."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart
from openpyxl.chartsheet import Chartsheet
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.table import Table as TableObject
from openpyxl.worksheet.worksheet import Worksheet

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, Heading, Paragraph, ParsedElements, Table
from ingest.parse.spreadsheet.xlsx import parse_xlsx
from testing.files import zipped

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(workbook: Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def sheet(rows: list[list[object]], change: Callable[[Worksheet], object] | None = None) -> bytes:
    workbook = Workbook()
    page = workbook.worksheets[0]
    for row in rows:
        page.append(row)
    if change:
        change(page)
    return saved(workbook)


def raw(
    cells: str, *, after: str = "", parts: dict[str, str] | None = None, strings: str = "", rels: str = ""
) -> bytes:
    """Return a workbook of one sheet whose rows, and what comes after them, are given as XML."""
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    relation = f'<Relationship Id="{{}}" Type="{OFFICE}/{{}}" Target="{{}}"/>'
    files = {
        "_rels/.rels": f'<Relationships xmlns="{package}">{relation.format("r1", "officeDocument", "xl/workbook.xml")}'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">'
        f"{relation.format('r1', 'worksheet', 'worksheets/sheet1.xml')}"
        f"{relation.format('r2', 'sharedStrings', 'sharedStrings.xml')}</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}" xmlns:r="{OFFICE}">'
        f'<dimension ref="A1:XFD1048576"/><sheetData>{cells}</sheetData>{after}</worksheet>',
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{package}">{rels}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}">{strings}</sst>',
        **(parts or {}),
    }
    return zipped({name: declaration + text for name, text in files.items()})


def read(content: bytes, *, hidden: bool = False, comments: bool = False) -> ParsedElements:
    return parse_xlsx(content, Parsing(hidden=hidden, comments=comments))


def contents(content: bytes) -> list[Element]:
    return [element for element in read(content).elements if not isinstance(element, Heading)]


def only_table(content: bytes) -> Table:
    (table,) = contents(content)
    assert isinstance(table, Table)
    return table


def column(values: list[object], formats: list[str]) -> list[str | None]:
    def form(page: Worksheet) -> None:
        for row, code in enumerate(formats, start=2):
            page.cell(row, 2).number_format = code

    return [
        row[1] for row in only_table(sheet([["Item", "Value"], *(["x", value] for value in values)], form)).rows[1:]
    ]


def test_a_sheet_is_a_heading_and_a_table_with_a_header() -> None:
    parsed = read(sheet([["Country", "Rate"], ["Norway", 80]]))

    assert parsed.elements == (Heading("Sheet", 2), Table((("Country", "Rate"), ("Norway", "80")), 1))
    assert parsed.left_out == ()


def test_values_are_read_as_displayed() -> None:
    values: list[object] = [0.25, 1234.5, date(2026, 3, 1), time(14, 30), timedelta(hours=26, minutes=15), 7, 0.1 + 0.2]
    formats = ["0%", '#,##0.00 "EUR"', "dd/mm/yyyy", "hh:mm", "[h]:mm", "000", "General"]

    assert column(values, formats) == ["25%", "1,234.50 EUR", "01/03/2026", "14:30", "26:15", "007", "0.3"]


def test_booleans_and_errors_are_read_as_displayed() -> None:
    assert column([True, False, "#N/A", "#DIV/0!"], ["General"] * 4) == ["TRUE", "FALSE", "#N/A", "#DIV/0!"]


def test_a_text_is_shown_under_the_text_section_of_its_format() -> None:
    assert column(["7b", "x"], ['"Code "@', "0.00"]) == ["Code 7b", "x"]


def test_days_may_count_from_1904() -> None:
    workbook = Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    workbook.worksheets[0].append(["Due", datetime(2026, 3, 1)])
    workbook.worksheets[0]["B1"].number_format = "yyyy-mm-dd"

    assert only_table(saved(workbook)).rows == (("Due", "2026-03-01"),)


def test_cells_keep_the_characters_of_their_author() -> None:
    text = 'Spend > 5,000 EUR & margin < 12% "hard" | R&D_1 *x*'

    assert only_table(sheet([["Rule", "Note"], [text, "a\nb"]])).rows[1] == (text, "a\nb")


def test_raised_and_lowered_characters_keep_their_meaning() -> None:
    raised, lowered = InlineFont(vertAlign="superscript"), InlineFont(vertAlign="subscript")
    cells: list[object] = [
        CellRichText("Dose 10", TextBlock(raised, "6"), " cells"),
        CellRichText("25", TextBlock(raised, "1"), " days"),
        CellRichText("H", TextBlock(lowered, "2"), "O"),
    ]

    assert only_table(sheet([["a", "b", "c"], cells])).rows[1] == ("Dose 10^6 cells", "25[^1] days", "H₂O")


def test_a_formula_shows_its_stored_value_or_else_its_text() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Sum</t></is></c><c r="B1"><f>1+1</f><v>2</v></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>Next</t></is></c><c r="B2"><f>SUM(A1:A2)</f><v></v></c>'
        '<c r="C2" t="str"><f>""</f><v></v></c></row>'
    )
    parsed = read(raw(rows))

    assert parsed.elements[1] == Table((("Sum", "2"), ("Next", "=SUM(A1:A2)")), 0)
    assert parsed.left_out == ("the values of 1 formula: open the file in a spreadsheet program and save it",)


def test_a_shared_formula_without_a_value_is_that_of_its_cell() -> None:
    rows = (
        '<row r="1"><c r="A1"><v>5</v></c><c r="B1"><f t="shared" ref="B1:B2" si="0">A1*2</f></c></row>'
        '<row r="2"><c r="A2"><v>6</v></c><c r="B2"><f t="shared" si="0"/></c></row>'
    )

    assert only_table(raw(rows)).rows == (("5", "=A1*2"), ("6", "=A2*2"))


def test_zeros_that_a_writer_stores_for_all_formulas_are_no_values() -> None:
    rows = '<row r="1"><c r="A1"><v>5</v></c><c r="B1"><f>A1*2</f><v>0</v></c></row>'
    workbook = (
        f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
        '<calcPr fullCalcOnLoad="1"/></workbook>'
    )

    assert only_table(raw(rows, parts={"xl/workbook.xml": workbook})).rows == (("5", "=A1*2"),)
    assert only_table(raw(rows)).rows == (("5", "0"),)


def test_shared_strings_leave_out_phonetic_readings_and_escapes() -> None:
    strings = (
        "<si><t>課</t><rPh><t>カ</t></rPh></si><si><r><t>a_x000D_</t></r><r><t>b</t></r></si><si><t>_x005F_x</t></si>"
    )
    cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in range(3))

    assert only_table(raw(f"<row>{cells}</row>", strings=strings)).rows == (("課", "a\rb", "_x"),)


def test_dates_that_are_stored_as_iso_text_are_read() -> None:
    assert only_table(raw('<row><c t="d"><v>2026-03-01T14:30:00</v></c><c><v>1</v></c></row>')).rows == (
        ("2026-03-01 14:30:00", "1"),
    )


def hide_row_and_column(page: Worksheet) -> None:
    page.row_dimensions[3].hidden = True
    page.column_dimensions["B"].hidden = True


def test_hidden_rows_and_columns_are_left_out_and_named() -> None:
    content = sheet([["a", "secret", "c"], ["1", "2", "3"], ["x", "y", "z"], ["4", "5", "6"]], hide_row_and_column)

    assert only_table(content).rows == (("a", "c"), ("1", "3"), ("4", "6"))
    assert read(content).left_out == ("1 hidden row of the sheet 'Sheet'", "1 hidden column of the sheet 'Sheet'")
    assert (
        Table((("a", "secret", "c"), ("1", "2", "3"), ("x", "y", "z"), ("4", "5", "6")), 1)
        in read(content, hidden=True).elements
    )


def test_hidden_sheets_are_left_out_and_named() -> None:
    workbook = Workbook()
    workbook.worksheets[0].append(["open", "x"])
    for name, state in (("Costs", "hidden"), ("Salaries", "veryHidden")):
        page = workbook.create_sheet(name)
        page.append(["secret", "y"])
        page.sheet_state = state

    assert read(saved(workbook)).left_out == ("the hidden sheet 'Costs'", "the hidden sheet 'Salaries'")
    assert [
        element.text for element in read(saved(workbook), hidden=True).elements if isinstance(element, Heading)
    ] == [
        "Sheet",
        "Costs",
        "Salaries",
    ]


def test_comments_are_counted_or_read() -> None:
    def note(page: Worksheet) -> None:
        page["A1"].comment = Comment("Ann:\nWhy this?", "Ann")

    content = sheet([["Cost", "5"]], note)

    assert read(content).left_out == ("1 comment on the sheet 'Sheet'",)
    assert read(content, comments=True).elements[-1] == Paragraph("Comment on A1 by Ann: Why this?")


def test_merged_cells_are_repeated_in_rows_and_not_in_columns() -> None:
    def merge(page: Worksheet) -> None:
        page.merge_cells("A2:A3")
        page.merge_cells("B4:C4")

    table = only_table(sheet([["Team", "Name", "Days"], ["HR", "Ann", 27], [None, "Bob", 30], ["IT", "both"]], merge))

    assert table.rows[1:] == (("HR", "Ann", "27"), ("HR", "Bob", "30"), ("IT", "both", None))


def test_two_header_rows_are_known_by_their_merged_cells() -> None:
    def merge(page: Worksheet) -> None:
        page.merge_cells("A1:A2")
        page.merge_cells("B1:C1")

    table = only_table(sheet([["Team", "2025", None], [None, "Q1", "Q2"], ["HR", 1, 2], ["IT", 3, 4]], merge))

    assert table.header_rows == 2
    assert table.rows[:2] == (("Team", "2025", None), ("Team", "Q1", "Q2"))


def test_a_value_merged_with_hidden_cells_is_shown_where_it_is_visible() -> None:
    def change(page: Worksheet) -> None:
        page.merge_cells("A2:A3")
        page.row_dimensions[2].hidden = True

    assert only_table(sheet([["Team", "Days"], ["HR", 27], [None, 30], ["IT", 5]], change)).rows == (
        ("Team", "Days"),
        ("HR", "30"),
        ("IT", "5"),
    )


def test_a_table_object_says_where_a_table_is() -> None:
    def name(page: Worksheet) -> None:
        page.add_table(TableObject(displayName="T", ref="A1:B3"))

    assert contents(sheet([["Year", "Text"], ["2025", "x"], ["2026", "y"], ["a note", "b"]], name)) == [
        Table((("Year", "Text"), ("2025", "x"), ("2026", "y")), 1),
        Table((("a note", "b"),), 0),
    ]


def test_frozen_rows_are_the_header() -> None:
    def freeze(page: Worksheet) -> None:
        page.freeze_panes = "A3"

    assert only_table(sheet([["Team", "Days"], ["", "(paid)"], ["HR", 27], ["IT", 5]], freeze)).header_rows == 2


def test_charts_chart_sheets_and_print_headers_are_named() -> None:
    workbook = Workbook()
    page = workbook.worksheets[0]
    page.append(["a", 1])
    page.add_chart(BarChart(), "D1")
    page.oddHeader.center.text = "Confidential &P"
    page.oddFooter.center.text = "Page &P of &N"
    chart_sheet = workbook.create_chartsheet("Overview")
    assert isinstance(chart_sheet, Chartsheet)
    chart_sheet.add_chart(BarChart())

    assert read(saved(workbook)).left_out == (
        "1 chart on the sheet 'Sheet'",
        "the print header or footer of the sheet 'Sheet'",
        "the chart sheet 'Overview'",
    )


def test_text_boxes_are_read_after_the_tables() -> None:
    drawing = (
        f'<xdr:wsDr xmlns:xdr="{DRAWING}/spreadsheetDrawing" xmlns:a="{DRAWING}/main"><xdr:twoCellAnchor><xdr:sp>'
        "<xdr:txBody><a:p><a:r><a:t>Valid </a:t></a:r><a:r><a:t>from May</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
        '<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="3" name="x" hidden="1"/></xdr:nvSpPr>'
        "<xdr:txBody><a:p><a:r><a:t>secret</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"
    )
    content = raw(
        "<row><c><v>1</v></c><c><v>2</v></c></row>",
        after='<drawing r:id="r9"/>',
        parts={"xl/drawings/drawing1.xml": drawing},
        rels=f'<Relationship Id="r9" Type="{OFFICE}/drawing" Target="../drawings/drawing1.xml"/>',
    )

    assert contents(content)[-1] == Paragraph("Valid from May")


def test_the_title_is_that_of_the_properties() -> None:
    workbook = Workbook()
    workbook.properties.title = "Travel rates"
    workbook.worksheets[0].append(["a"])

    assert read(saved(workbook)).title == "Travel rates"


def test_bold_first_rows_divide_tables_of_texts() -> None:
    def bold(page: Worksheet) -> None:
        for cell in (*page[1], *page[4]):
            cell.font = Font(bold=True)

    tables = contents(sheet([["Name", "Role"], ["Ann", "Cook"], [], ["City", "Land"], ["Oslo", "Norway"]], bold))

    assert tables == [
        Table((("Name", "Role"), ("Ann", "Cook")), 1),
        Table((("City", "Land"), ("Oslo", "Norway")), 1),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"PK\x03\x04broken", "it is damaged", id="a torn archive"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "it is in Office's older", id="an older file"),
        pytest.param(zipped({"a.txt": "x"}), "it is damaged: it has no part 'xl/workbook.xml'", id="another archive"),
        pytest.param(raw("<row><c><v>1</v></row>"), "it is damaged: its XML is not well-formed", id="torn XML"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(content)

    assert caught.value.reason.startswith(reason)


def test_an_empty_workbook_has_no_elements() -> None:
    assert read(sheet([])).elements == ()
