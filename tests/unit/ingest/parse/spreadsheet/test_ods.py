"""An OpenDocument spreadsheet is read as its cells display it; what is hidden or no text is named."""

from __future__ import annotations

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, Heading, Paragraph, ParsedElements, Table
from ingest.parse.spreadsheet.ods import parse_ods
from testing.files import zipped

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
    }.items()
)
STYLES = (
    '<style:style style:name="hidden"><style:table-properties table:display="false"/></style:style>'
    '<style:style style:name="up"><style:text-properties style:text-position="super 58%"/></style:style>'
    '<style:style style:name="down"><style:text-properties style:text-position="-33% 58%"/></style:style>'
    '<style:style style:name="bold"><style:text-properties fo:font-weight="bold"/></style:style>'
)

MANIFEST = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'


def flat(tables: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {NAMES} '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:automatic-styles>'
        f"{STYLES}</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet>"
        "</office:body></office:document>"
    ).encode()


def package(tables: str, **parts: str) -> bytes:
    return zipped(
        {"content.xml": flat(tables), **{name.replace("__", "/") + ".xml": text for name, text in parts.items()}}
    )


def table(*rows: str, columns: str = "", style: str = "", name: str = "S") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{columns}{"".join(rows)}</table:table>'


def row(*cells: str, attributes: str = "") -> str:
    inner = "".join(cell if cell.startswith("<") else text(cell) for cell in cells)
    return f"<table:table-row {attributes}>{inner}</table:table-row>"


def text(shown: str, attributes: str = 'office:value-type="string"', inner: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{shown}</text:p>{inner}</table:table-cell>"


def number(shown: str) -> str:
    return text(shown, 'office:value-type="float" office:value="1"')


EMPTY = "<table:table-cell/>"
COVERED = "<table:covered-table-cell/>"


def read(content: bytes, *, hidden: bool = False, comments: bool = False) -> ParsedElements:
    return parse_ods(content, Parsing(hidden=hidden, comments=comments))


def contents(tables: str) -> list[Element]:
    return [element for element in read(flat(tables)).elements if not isinstance(element, Heading)]


def test_cells_show_their_text() -> None:
    tables = table(row("Item", "Share"), row("Ink", text("25%", 'office:value-type="percentage" office:value="0.25"')))

    assert read(package(tables)).elements == (Heading("S", 2), Table((("Item", "Share"), ("Ink", "25%")), 1))


def test_the_title_is_that_of_the_properties() -> None:
    meta = '<m xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Rates</dc:title></m>'

    assert read(package(table(row("a", "b")), meta=meta)).title == "Rates"


def test_lines_blanks_and_positions_of_characters_are_kept() -> None:
    cells = (
        "a<text:s text:c='2'/>b<text:tab/>c<text:line-break/>d",
        'm<text:span text:style-name="up">2</text:span>',
        'H<text:span text:style-name="down">2</text:span>O',
        "<table:table-cell><text:p>one</text:p><text:p>two</text:p></table:table-cell>",
        "see <text:a>the page</text:a>",
    )
    (read_table,) = contents(table(row(*cells)))

    assert isinstance(read_table, Table)
    assert read_table.rows == (("a  b\tc\nd", "m²", "H₂O", "one\ntwo", "see the page"),)


def test_repeated_cells_and_rows_are_repeated() -> None:
    repeated = text("x", 'table:number-columns-repeated="2"')
    million = 'table:number-rows-repeated="1048000"'
    tables = table(
        row("a", "b", "c"),
        row(repeated, number("1"), attributes='table:number-rows-repeated="2"'),
        row(EMPTY, attributes=million),
    )

    assert contents(tables) == [Table((("a", "b", "c"), ("x", "x", "1"), ("x", "x", "1")), 1)]


def test_cells_that_repeat_without_end_are_refused() -> None:
    cell = text("x", 'table:number-columns-repeated="16384"')

    with pytest.raises(DocumentError, match="more than 20,000,000 cells"):
        read(flat(table(row(cell, attributes='table:number-rows-repeated="1000000"'))))


def test_merged_cells_are_repeated_in_rows_and_not_in_columns() -> None:
    tall, wide = 'table:number-rows-spanned="2"', 'table:number-columns-spanned="2"'
    tables = table(
        row("Team", "Name", "Days"),
        row(text("HR", tall), "Ann", number("27")),
        row(COVERED, "Bob", number("30")),
        row("IT", text("both", wide), COVERED),
    )

    assert contents(tables) == [
        Table((("Team", "Name", "Days"), ("HR", "Ann", "27"), ("HR", "Bob", "30"), ("IT", "both", None)), 1)
    ]


def test_what_is_hidden_is_left_out_and_named() -> None:
    tables = table(
        row("a", "secret", "c"),
        row("x", "y", "z", attributes='table:visibility="filter"'),
        f'<table:table-row-group table:display="false">{row("p", "q", "r")}</table:table-row-group>',
        row("1", "2", "3"),
        columns='<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>',
    ) + table(row("costs", "5"), style="hidden", name="Costs")
    parsed = read(flat(tables))

    assert parsed.elements == (Heading("S", 2), Table((("a", "c"), ("1", "3")), 1))
    assert parsed.left_out == (
        "2 hidden rows of the sheet 'S'",
        "1 hidden column of the sheet 'S'",
        "the hidden sheet 'Costs'",
    )
    assert Heading("Costs", 2) in read(flat(tables), hidden=True).elements


def test_comments_are_counted_or_read() -> None:
    note = "<office:annotation><dc:creator>Ann</dc:creator><text:p>Why?</text:p></office:annotation>"
    content = flat(table(row("Cost", text("5", inner=note))))

    assert read(content).left_out == ("1 comment on the sheet 'S'",)
    assert read(content, comments=True).elements[1:] == (
        Table((("Cost", "5"),), 0),
        Paragraph("Comment on B1 by Ann: Why?"),
    )


def test_text_boxes_are_read_and_charts_and_pictures_counted() -> None:
    box = "<draw:frame><draw:text-box><text:p>Valid from May</text:p></draw:text-box></draw:frame>"
    chart = "<draw:frame><draw:object/><draw:image/></draw:frame>"
    picture = "<draw:frame><draw:image/></draw:frame>"
    parsed = read(flat(table(f"<table:shapes>{box}{chart}{picture}</table:shapes>", row("a", "b"))))

    assert parsed.elements[-1] == Paragraph("Valid from May")
    assert parsed.left_out == ("1 embedded object on the sheet 'S'", "1 picture on the sheet 'S'")


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ('office:value-type="float" office:value="0.5"', "0.5"),
        ('office:value-type="percentage" office:value="0.25"', "25%"),
        ('office:value-type="currency" office:value="5" office:currency="EUR"', "5 EUR"),
        ('office:value-type="date" office:date-value="2026-03-01T14:30:00"', "2026-03-01 14:30:00"),
        ('office:value-type="time" office:time-value="PT26H15M00S"', "26:15:00"),
        ('office:value-type="boolean" office:boolean-value="true"', "TRUE"),
        ('office:value-type="string" office:string-value="x"', "x"),
        ('table:formula="of:=SUM([.A1:.B2])"', "=SUM(A1:B2)"),
    ],
)
def test_a_cell_without_text_shows_its_value_or_its_formula(attributes: str, shown: str) -> None:
    (found,) = contents(table(row(f"<table:table-cell {attributes}/>", "x")))

    assert isinstance(found, Table)
    assert found.rows == ((shown, "x"),)


def test_formulas_without_a_value_are_counted() -> None:
    cell = '<table:table-cell table:formula="of:=1+1"/>'

    assert read(flat(table(row(cell, "x")))).left_out == (
        "the values of 1 formula: open the file in a spreadsheet program and save it",
    )


def test_an_autofilter_and_repeated_rows_say_where_the_header_is() -> None:
    filtered = (
        '<table:database-ranges><table:database-range table:target-range-address="S.A1:S.B3" '
        'table:display-filter-buttons="true"/></table:database-ranges>'
    )
    rows = row(number("1"), number("2")), row(number("3"), number("4")), row(number("5"), number("6"))

    assert [element.header_rows for element in contents(table(*rows)) if isinstance(element, Table)] == [0]
    assert [element.header_rows for element in contents(table(*rows) + filtered) if isinstance(element, Table)] == [1]
    headed = table(f"<table:table-header-rows>{rows[0]}</table:table-header-rows>", *rows[1:])
    assert [element.header_rows for element in contents(headed) if isinstance(element, Table)] == [1]


def test_deleted_cells_of_tracked_changes_are_left_out() -> None:
    changes = f"<table:tracked-changes>{table(row('gone', 'x'))}</table:tracked-changes>"

    assert contents(changes + table(row("a", "b"))) == [Table((("a", "b"),), 0)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"PK\x03\x04broken", "it is damaged", id="a torn archive"),
        pytest.param(b"<office:document>", "it is damaged: its XML is not well-formed", id="torn XML"),
        pytest.param(zipped({"a.txt": "x"}), "it is damaged: it has no part 'content.xml'", id="another archive"),
        pytest.param(
            package(table(row("a")), **{"META-INF__manifest": f"<m {MANIFEST}><manifest:encryption-data/></m>"}),
            "it is encrypted",
            id="encrypted",
        ),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(content)

    assert caught.value.reason.startswith(reason)
