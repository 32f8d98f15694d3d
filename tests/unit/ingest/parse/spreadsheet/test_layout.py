"""Empty rows and columns, single cells and the kinds of cells say what the tables of a sheet are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Parsing
from ingest.parse.elements import Element, Paragraph, Table
from ingest.parse.spreadsheet.grid import Cell, Range, Sheet
from ingest.parse.spreadsheet.sheets import sheet_elements


def sheet(lines: Sequence[str], **values: object) -> Sheet:
    """Return a sheet of lines with a bar between cells. Digits are numbers; an exclamation mark means bold."""
    rows = {
        number: {
            column: Cell(
                cell.strip("! "),
                "number" if cell.strip("! ").isdecimal() else "text",
                cell.strip().endswith("!"),
            )
            for column, cell in enumerate(line.split("|"))
            if cell.strip()
        }
        for number, line in enumerate(lines)
        if line.strip("| ")
    }
    return Sheet("S", rows=rows, **values)  # type: ignore[arg-type]


def contents(*lines: str, **values: object) -> list[Element]:
    elements, _ = sheet_elements(sheet(lines, **values), Parsing())
    return elements[1:]


def table(*lines: str, header_rows: int = 1) -> Table:
    return Table(tuple(tuple(cell.strip() for cell in line.split("|")) for line in lines), header_rows)


def test_a_single_cell_above_a_table_is_its_title() -> None:
    assert contents("Rates 2026", "City|Rate", "Oslo|80", "Bergen|70") == [
        Paragraph("Rates 2026"),
        table("City|Rate", "Oslo|80", "Bergen|70"),
    ]


def test_an_empty_row_divides_tables_with_headers_of_their_own() -> None:
    assert contents("City|Rate", "Oslo|80", "", "Name|Days", "Ann|27", "Bob|30") == [
        table("City|Rate", "Oslo|80"),
        table("Name|Days", "Ann|27", "Bob|30"),
    ]


def test_an_empty_row_within_a_table_divides_nothing() -> None:
    assert contents("City|Rate", "Oslo|80", "", "Bergen|70", "", "Total|150") == [
        table("City|Rate", "Oslo|80", "Bergen|70", "Total|150")
    ]


def test_an_empty_column_divides_tables_that_begin_with_names() -> None:
    assert contents("City|Rate||Name|Days", "Oslo|80||Ann|27", "Bergen|70||Bob|30") == [
        table("City|Rate", "Oslo|80", "Bergen|70"),
        table("Name|Days", "Ann|27", "Bob|30"),
    ]


def test_an_empty_column_before_numbers_is_only_space() -> None:
    assert contents("City|Land||Rate", "Oslo|Norway||80", "Bern|Switzerland||70") == [
        table("City|Land|Rate", "Oslo|Norway|80", "Bern|Switzerland|70")
    ]


def test_tables_on_a_diagonal_are_apart() -> None:
    assert contents("City|Rate", "Oslo|80", "||Name|Days", "||Ann|27") == [
        table("City|Rate", "Oslo|80"),
        table("Name|Days", "Ann|27"),
    ]


def test_a_table_beside_a_longer_one_has_its_own_header() -> None:
    assert contents("City|Rate", "Oslo|80", "Bergen|70||No|Days", "Moss|60||1|27", "Bodø|50||2|30") == [
        table("City|Rate", "Oslo|80", "Bergen|70", "Moss|60", "Bodø|50"),
        table("No|Days", "1|27", "2|30"),
    ]


def test_cells_of_prose_are_paragraphs() -> None:
    long = "This workbook lists the rates of all cities for the year, net of taxes."

    assert contents(long, "Ask Ann.", "See the intranet.") == [
        Paragraph(long),
        Paragraph("Ask Ann."),
        Paragraph("See the intranet."),
    ]


def test_a_long_last_row_of_one_cell_is_a_note() -> None:
    note = "Source: the agreement between the unions and the employers of 2025."

    assert contents("City|Rate", "Oslo|80", note) == [table("City|Rate", "Oslo|80"), Paragraph(note)]


def test_names_and_values_above_a_header_are_a_table_of_their_own() -> None:
    assert contents("Year|2026", "By|Ann", "City|Land|Rate|Days", "Oslo|Norway|80|3", "Bern|Swiss|70|4") == [
        table("Year|2026", "By|Ann", header_rows=0),
        table("City|Land|Rate|Days", "Oslo|Norway|80|3", "Bern|Swiss|70|4"),
    ]


@pytest.mark.parametrize(
    ("lines", "header_rows"),
    [
        pytest.param(("Days|27", "Hours|40"), 0, id="numbers in the first row"),
        pytest.param(("Team|2025|2026", "HR|27|30", "IT|5|6"), 1, id="years"),
        pytest.param(("Team|1|2|3", "HR|8|8|7"), 1, id="days of a month"),
        pytest.param(("Name!|Ann", "Role!|Cook", "City!|Oslo"), 0, id="bold names at the left"),
        pytest.param(("City|Land|Rate",), 1, id="a header without rows"),
        pytest.param(("Total|500",), 0, id="one row with a number"),
    ],
)
def test_the_first_row_is_the_header_unless_it_is_data(lines: tuple[str, ...], header_rows: int) -> None:
    assert contents(*lines) == [table(*(line.replace("!", "") for line in lines), header_rows=header_rows)]


def test_a_merged_row_of_prose_is_read_once() -> None:
    merged = [Range(0, 0, 1, 1)]

    assert contents("Rates of all cities|", "", "City|Rate", "Oslo|80", merged=merged) == [
        Paragraph("Rates of all cities"),
        table("City|Rate", "Oslo|80"),
    ]


def test_a_filter_names_the_header_below_numbers() -> None:
    assert contents("1|2", "3|4", "5|6", filters=[Range(0, 0, 2, 1)]) == [table("1|2", "3|4", "5|6")]


CELL = st.sampled_from(["", "", "a", "7", "Name!", "a long text, longer than all names of columns that anybody writes"])


@given(st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=8))
def test_every_cell_is_read_once(rows: list[list[str]]) -> None:
    written = []
    for element in contents(*("|".join(row) for row in rows)):
        match element:
            case Table(lines):
                written += [cell for line in lines for cell in line if cell]
            case Paragraph(text):
                written.append(text)

    assert sorted(written) == sorted(cell.strip("!") for row in rows for cell in row if cell)
