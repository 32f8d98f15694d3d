"""Lines with aligned parts become a table; anything else stays lines."""

from __future__ import annotations

import pytest

from ingest.parse.pdf.aligned import with_tables
from ingest.parse.pdf.geometry import Box, Grid
from ingest.parse.pdf.lines import lines_of
from testing.pages import lines, words


def table(drawing: str, rules: tuple[Box, ...] = ()) -> Grid:
    (line,) = with_tables(lines(drawing), rules)
    assert line.table is not None
    return line.table


def test_values_below_names_become_a_table() -> None:
    grid = table("""
              2023     2022
Products     5,000    4,000
Services     2,500       —
Total        7,500    4,000
""")

    assert grid.header_rows == 1
    assert grid.rows == (
        ("", "2023", "2022"),
        ("Products", "5,000", "4,000"),
        ("Services", "2,500", "—"),
        ("Total", "7,500", "4,000"),
    )


def test_a_currency_sign_and_a_closing_bracket_belong_to_their_numbers() -> None:
    grid = table("""
Products     $  5,000    $  4,000
Services        2,500         (50  )
Total        $  7,500    $  3,950
""")

    assert grid.rows == (
        ("Products", "$ 5,000", "$ 4,000"),
        ("Services", "2,500", "(50 )"),
        ("Total", "$ 7,500", "$ 3,950"),
    )


def test_a_name_over_several_columns_names_each_of_them() -> None:
    grid = table("""
              Three Months        Six Months
             2023     2022      2023     2022
Products    5,000    4,000     9,000    8,000
Services    2,500    2,000     4,500    4,000
""")

    assert grid.header_rows == 2
    assert grid.rows[0] == ("", "Three Months", None, "Six Months", None)


def test_a_drawn_line_says_which_columns_a_name_is_above() -> None:
    drawing = """
              Change
             2023     2022     Share
Products    5,000    4,000         7
Services    2,500    2,000         4
"""
    rule = Box(60.0, 14.0, 130.0, 14.0)

    assert table(drawing, (rule,)).rows[0] == ("", "Change", None, "")


def test_what_is_in_brackets_above_the_values_is_written_once() -> None:
    grid = table("""
              2023     2022
              (in millions)
Products     5,000    4,000
Services     2,500    2,000
""")

    assert grid.rows[1] == ("(in millions)", "", "")


def test_a_label_of_two_lines_is_one_row() -> None:
    grid = table("""
Cash and short-term
investments at the end      5,000    4,000
Other assets of the firm    2,500    2,000
Total of all of them        7,500    6,000
""")

    assert grid.rows[0] == ("Cash and short-term\ninvestments at the end", "5,000", "4,000")


def test_headings_of_groups_are_rows() -> None:
    grid = table("""
Assets:
  Cash             5,000    4,000
Liabilities:
  Debt             2,500    2,000
  Taxes            1,500    1,000
""")

    assert ("Liabilities:", "", "") in grid.rows


def test_a_title_above_a_table_is_no_part_of_it() -> None:
    title, grid = with_tables(
        lines("""
Income of the company
              2023     2022
Products     5,000    4,000
Services     2,500    2,000
""")
    )

    assert title.text == "Income of the company"
    assert grid.table is not None


def test_text_between_two_tables_parts_them() -> None:
    found = with_tables(
        lines("""
Products     5,000    4,000
Services     2,500    2,000
This sentence is longer than a label and crosses both gutters.
Berlin          12       15
Hamburg         16       17
""")
    )

    assert [line.table is not None for line in found] == [True, False, True]


@pytest.mark.parametrize(
    "drawing",
    [
        pytest.param(
            "The  first line of  some text\nthat is  justified with  wide\nblanks in  it is no  table.",
            id="justified text",
        ),
        pytest.param(
            "1.    Ask your manager first.\n2.    Fill in the form then.\n3.    Wait for the answer.",
            id="a numbered list",
        ),
        pytest.param("Introduction . . . . . . . .     3\nScope . . . . . . . . . . .      5", id="contents with dots"),
        pytest.param(
            "lower gross income from    higher cash from the\nthe sales of products      operations of the firm\n"
            "and services, and more     and lower spending on\ncosts of development       the buildings of it",
            id="text in columns",
        ),
        pytest.param("One line    with two parts", id="a single line"),
    ],
)
def test_anything_else_stays_lines(drawing: str) -> None:
    assert all(line.table is None for line in with_tables(lines(drawing)))


def test_bold_names_are_the_header() -> None:
    names = words("Name       Place      Role", bold=True)
    body = words("Ada        London     Chair\nGrace      New York   Vice\nAlan       Princeton  Member", top=12)

    (line,) = with_tables(lines_of([*names, *body]))

    assert line.table is not None
    assert line.table.header_rows == 1
    assert line.table.rows[1] == ("Ada", "London", "Chair")


def test_a_title_in_the_middle_of_the_table_is_before_it() -> None:
    title, grid = with_tables(
        lines("""
         BALANCE SHEET
              2023     2022
Products     5,000    4,000
Services     2,500    2,000
""")
    )

    assert title.text == "BALANCE SHEET"
    assert grid.table is not None
    assert grid.table.rows[0] == ("", "2023", "2022")


def test_a_sentence_that_introduces_another_table_parts_them() -> None:
    found = with_tables(
        lines("""
              2023     2022
Products     5,000    4,000
Services     2,500    2,000
Costs
The costs of these years were as follows:
              2023     2022
Salaries     1,000      900
Rents          500      400
""")
    )

    assert [line.text for line in found if line.table is None] == ["Costs", "The costs of these years were as follows:"]
    assert [line.table.rows[0] for line in found if line.table] == [("", "2023", "2022")] * 2


def test_a_label_with_an_open_bracket_goes_on_beside_the_values() -> None:
    grid = table("""
                          2023     2022
Common stock (4,188
shares outstanding)      5,000    4,000
Services                 2,500    2,000
""")

    assert grid.rows[1] == ("Common stock (4,188\nshares outstanding)", "5,000", "4,000")


def test_a_line_in_pieces_below_each_cell_does_not_narrow_a_name_above_several() -> None:
    pieces = tuple(Box(left, 14.0, left + 18, 14.0) for left in (62.0, 107.0, 152.0, 197.0))

    grid = table(
        """
                June 30,          May 31,
             2023     2022     2023     2022
Products    5,000    4,000    3,000    2,000
Services    2,500    2,000    1,500    1,000
""",
        pieces,
    )

    assert grid.rows[0] == ("", "June 30,", None, "May 31,", None)
