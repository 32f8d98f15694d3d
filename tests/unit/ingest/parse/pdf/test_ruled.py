"""Drawn lines that cross are a table; each word is in the cell around its middle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.parse.pdf.geometry import Box, Grid, Page, Word
from ingest.parse.pdf.lines import lines_of
from ingest.parse.pdf.ruled import ruled_tables
from testing.pages import words

BODY = """
Name        2023      2022
Products    5,000     4,000
Services    2,500     2,000
"""
XS, YS = (-3.0, 55.0, 105.0, 150.0), (3.0, 15.0, 27.0, 39.0)


def page(drawn: Sequence[Word], horizontals: Sequence[Box], verticals: Sequence[Box]) -> Page:
    return Page(1, Box(0, 0, 500, 700), tuple(drawn), tuple(horizontals), tuple(verticals))


def across(y: float, left: float = XS[0], right: float = XS[-1]) -> Box:
    return Box(left, y, right, y)


def down(x: float, top: float = YS[0], bottom: float = YS[-1]) -> Box:
    return Box(x, top, x, bottom)


def text(found: Sequence[Word]) -> str:
    return "\n".join(line.text for line in lines_of(found))


def read(drawn: Sequence[Word], horizontals: Sequence[Box], verticals: Sequence[Box]) -> tuple[list[Grid], list[Word]]:
    return ruled_tables(page(drawn, horizontals, verticals), drawn, text)


def test_a_grid_is_a_table() -> None:
    (grid,), rest = read(words(BODY), [across(y) for y in YS], [down(x) for x in XS])

    assert rest == []
    assert grid.header_rows == 1
    assert grid.rows == (("Name", "2023", "2022"), ("Products", "5,000", "4,000"), ("Services", "2,500", "2,000"))


def test_lines_may_be_drawn_in_pieces() -> None:
    pieces = [across(y, left, right) for y in YS for left, right in pairwise(XS)]

    (grid,), _ = read(words(BODY), pieces, [down(x) for x in XS])

    assert len(grid.rows) == 3


def test_a_cell_over_two_columns_covers_the_second() -> None:
    verticals = [down(XS[0]), down(XS[1]), down(XS[2], YS[1]), down(XS[3])]
    drawn = [word for word in words(BODY) if word.text != "2022"]

    (grid,), _ = read(drawn, [across(y) for y in YS], verticals)

    assert grid.rows[0] == ("Name", "2023", None)


def test_a_cell_over_two_rows_is_repeated() -> None:
    horizontals = [across(YS[0]), across(YS[1]), across(YS[2], XS[1]), across(YS[3])]
    drawn = [word for word in words(BODY) if word.text != "Services"]

    (grid,), _ = read(drawn, horizontals, [down(x) for x in XS])

    assert [row[0] for row in grid.rows] == ["Name", "Products", "Products"]


def test_lines_of_values_between_two_drawn_lines_are_rows() -> None:
    (grid,), _ = read(words(BODY), [across(YS[0]), across(YS[1]), across(YS[3])], [down(x) for x in XS])

    assert grid.rows[1:] == (("Products", "5,000", "4,000"), ("Services", "2,500", "2,000"))


def test_lines_with_one_column_of_values_are_rows() -> None:
    body = """
Name        Town      Rate
Products    Oslo      4,000
Services    Bergen    2,000
Repairs     Tromso      500
"""
    bottom = YS[3] + 12

    (grid,), _ = read(words(body), [across(YS[0]), across(YS[1]), across(bottom)], [down(x, bottom=bottom) for x in XS])

    assert grid.rows[1:] == (
        ("Products", "Oslo", "4,000"),
        ("Services", "Bergen", "2,000"),
        ("Repairs", "Tromso", "500"),
    )


FRAMED = """
Number    Payee     Purpose         Amount
A-1       Smith     Travel              50
                    by train
A-2       Bain      Travel              60
                    by air
A-3       Armer     Lodging             70
"""
FRAME_XS = (-3.0, 45.0, 95.0, 165.0, 220.0)


def framed_rows(drawing: str) -> tuple[tuple[str | None, ...], ...]:
    lines = [across(y, right=FRAME_XS[-1]) for y in (YS[0], YS[1], 75.0)]
    inner = [down(x, bottom=YS[1]) for x in FRAME_XS[1:-1]]

    (grid,), _ = read(words(drawing), lines, [down(FRAME_XS[0], bottom=75), *inner, down(FRAME_XS[-1], bottom=75)])

    return grid.rows


def test_lines_in_a_frame_below_the_names_of_columns_are_rows() -> None:
    assert framed_rows(FRAMED) == (
        ("Number", "Payee", "Purpose", "Amount"),
        ("A-1", "Smith", "Travel\nby train", "50"),
        ("A-2", "Bain", "Travel\nby air", "60"),
        ("A-3", "Armer", "Lodging", "70"),
    )


def test_a_title_over_the_whole_table_is_no_row() -> None:
    drawn = [*words("Income of the company", top=-12), *words(BODY)]

    (grid,), rest = read(
        drawn,
        [across(-9.0), *(across(y) for y in YS)],
        [down(XS[0], -9.0), *(down(x) for x in XS[1:3]), down(XS[3], -9.0)],
    )

    assert grid.rows[0] == ("Name", "2023", "2022")
    assert text(rest) == "Income of the company"


def test_a_frame_around_text_is_no_table() -> None:
    drawn = words("A remark in a frame\nof two lines.")

    tables, rest = read(drawn, [across(YS[0]), across(YS[3])], [down(XS[0]), down(XS[3])])

    assert tables == []
    assert rest == drawn


def test_running_text_in_a_frame_below_names_is_no_rows() -> None:
    drawing = """
Number    Payee     Purpose         Amount
The payments are those of the last quarter,
and of no other one; they are in dollars, and
are before taxes.
"""
    lines = [across(y, right=FRAME_XS[-1]) for y in (YS[0], YS[1], 75.0)]
    inner = [down(x, bottom=YS[1]) for x in FRAME_XS[1:-1]]
    drawn = words(drawing)

    assert read(drawn, lines, [down(FRAME_XS[0], bottom=75), *inner, down(FRAME_XS[-1], bottom=75)]) == ([], drawn)
