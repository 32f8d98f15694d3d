"""Columns of running text are read one after the other; the words of a table's line stay together."""

from __future__ import annotations

from ingest.parse.pdf.columns import reading_order
from ingest.parse.pdf.lines import lines_of
from testing.pages import lines, words

LEFT = [
    "The house rules were",
    "written in the first",
    "year of the company",
    "and have been kept",
    "since then by all.",
]
RIGHT = [
    "Holidays are given to",
    "all who work here for",
    "at least half a year",
    "and ask their manager",
    "four weeks before it.",
]


def beside(*columns: list[str], gap: int = 3) -> str:
    width = max(len(line) for column in columns for line in column) + gap
    return "\n".join("".join(line.ljust(width) for line in row).rstrip() for row in zip(*columns, strict=True))


def read(drawing: str) -> list[list[str]]:
    return [[line.text for line in region] for region in reading_order(lines(drawing))]


def test_two_columns_are_read_one_after_the_other_although_they_are_drawn_line_by_line() -> None:
    assert read(beside(LEFT, RIGHT)) == [LEFT, RIGHT]


def test_three_columns_are_read_one_after_the_other() -> None:
    third = [
        "Those who are ill do",
        "in before nine in the",
        "morning and brings the",
        "note of a doctor on",
        "the third day of it.",
    ]

    assert read(beside(LEFT, RIGHT, third)) == [LEFT, RIGHT, third]


def test_columns_on_other_baselines_are_columns() -> None:
    shifted = words("\n".join(RIGHT), left=130, top=6)

    regions = reading_order(lines_of([*words("\n".join(LEFT)), *shifted]))

    assert [[line.text for line in region] for region in regions] == [LEFT, RIGHT]


def test_a_heading_above_columns_and_a_note_below_them_are_read_in_their_places() -> None:
    title = "House rules of the company, for all who work here"
    note = "These rules hold from the first of January of this year"

    assert read(f"{title}\n\n{beside(LEFT, RIGHT)}\n\n{note}") == [[title], LEFT, RIGHT, [note]]


def test_a_short_title_in_the_first_column_is_read_before_both() -> None:
    assert read(f"Rules\n\n\n{beside(LEFT, RIGHT)}") == [["Rules"], LEFT, RIGHT]


def test_a_number_stays_beside_its_label() -> None:
    drawing = """
Revenue from products      5,000    4,000
Revenue from services      2,500    2,000
Cost of all the sales      1,500    1,000
Income before taxes        6,000    5,000
"""
    (region,) = reading_order(lines(drawing))

    assert region[0].text == "Revenue from products 5,000 4,000"


def test_a_list_of_terms_is_read_line_by_line() -> None:
    drawing = """
Leave        the days on which nobody works
Shift        the hours between two breaks
Site         a place where the firm works
Guest        a person without a contract
"""
    (region,) = reading_order(lines(drawing))

    assert len(region) == 4


def test_a_line_with_wide_blanks_is_no_gutter() -> None:
    drawing = """
This  line is  justified and has  wide blanks
that are  not above  each other  in the text
of which it  is a  part and so  they are not
a gutter  between  two columns of the  page.
"""
    assert len(reading_order(lines(drawing))) == 1


def test_a_page_without_lines_has_no_regions() -> None:
    assert reading_order([]) == []
