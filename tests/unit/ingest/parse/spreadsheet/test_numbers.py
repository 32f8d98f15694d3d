"""Numbers are written as a spreadsheet program displays them (ECMA-376 part 1, 18.8.31)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parse.spreadsheet.number_formats import BUILT_IN, is_date
from ingest.parse.spreadsheet.numbers import displayed_number, displayed_text, general

ACCOUNTING = BUILT_IN[44]


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        pytest.param(0.25, "0%", "25%", id="percent"),
        pytest.param(0.0725, "0.00%", "7.25%", id="percent with decimals"),
        pytest.param(1234.5, '#,##0.00 "EUR"', "1,234.50 EUR", id="currency after the number"),
        pytest.param(-1234.5, "[$£-809]#,##0.00", "-£1,234.50", id="currency with a locale"),
        pytest.param(7, "000", "007", id="leading zeros"),
        pytest.param(5551234567, "(000) 000-0000", "(555) 123-4567", id="literals between digits"),
        pytest.param(0.5, "#.##", ".5", id="optional digits"),
        pytest.param(5.0, "0.0?", "5.0", id="a blank for a digit"),
        pytest.param(0, "#", "", id="nothing for zero"),
        pytest.param(1234567, '0.0,,"M"', "1.2M", id="millions"),
        pytest.param(1.005, "0.00", "1.01", id="half is rounded away from zero in 15 digits"),
        pytest.param(-2.5, "0", "-3", id="so is a negative half"),
        pytest.param(0.00001234, "0.00E+00", "1.23E-05", id="scientific"),
        pytest.param(123456, "##0.0E+0", "123.5E+3", id="engineering"),
        pytest.param(9.999, "0.0E+0", "1.0E+1", id="a mantissa rounded up to ten"),
        pytest.param(1.5, "# ?/?", "1 1/2", id="mixed fraction"),
        pytest.param(0.5, "# ??/??", "1/2", id="fraction below one"),
        pytest.param(2.75, "?/?", "11/4", id="improper fraction"),
        pytest.param(0.3, "# ?/8", "2/8", id="given denominator"),
        pytest.param(2.99, "# ?/?", "3", id="a fraction rounded up to one"),
        pytest.param(12, '"Nr. "General', "Nr. 12", id="General beside a text"),
        pytest.param(12, '"stock"', "stock", id="only a text"),
        pytest.param(12, "0\\ \\k\\g", "12 kg", id="escaped characters"),
        pytest.param(12, "0_-;_-* 0", "12", id="space for a sign"),
    ],
)
def test_numbers(value: float, code: str, shown: str) -> None:
    assert displayed_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1234.5, ACCOUNTING, "$1,234.50"),
        (-1234.5, ACCOUNTING, "$(1,234.50)"),
        (0, ACCOUNTING, "$-"),
        (-3, "0;(0)", "(3)"),
        (0, '0;-0;"none"', "none"),
        (0, "0;-0;;@", ""),
        (-5, ";;;", ""),
        (0.5, "[<1]0%;0.00", "50%"),
        (2, "[<1]0%;0.00", "2.00"),
        (2500, '[>=1000]0.0,"k";0', "2.5k"),
        (0, '[=0]"none";[<10]"few";"many"', "none"),
        (12, '[=0]"none";[<10]"few";"many"', "many"),
        (-2, "[Red][<0]-0.0;[Blue]0.0", "-2.0"),
        (-7, "[>100]0;0", "-7"),
        (3, "0.0;@", "3.0"),
    ],
)
def test_the_section_is_chosen_by_sign_or_condition(value: float, code: str, shown: str) -> None:
    assert displayed_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        pytest.param(46082, "yyyy-mm-dd", "2026-03-01", id="date"),
        pytest.param(46082, "[$-407]d. mmmm yyyy", "1. März 2026", id="the name of a month in German"),
        pytest.param(46082, "[$-fr-FR]dddd d mmm yy", "dimanche 1 mars 26", id="names in French"),
        pytest.param(46082, "[$-419]mmmm", "March", id="a language without a table has English names"),
        pytest.param(46082, "mmmmm", "M", id="the first letter of a month"),
        pytest.param(46082, "e/bbbb/yy", "2026/2569/26", id="years"),
        pytest.param(46082.75, "m/d/yyyy h:mm AM/PM", "3/1/2026 6:00 PM", id="minutes and months"),
        pytest.param(0.6041666666666666, "h:mm:ss", "14:30:00", id="time"),
        pytest.param(0.6041666666666666, "hh AM/PM", "02 PM", id="twelve hours"),
        pytest.param(1.09375, "[h]:mm", "26:15", id="hours beyond a day"),
        pytest.param(1.25, "[hh]:mm:ss", "30:00:00", id="hours, minutes, seconds"),
        pytest.param(0.0625, "[mm]:ss", "90:00", id="minutes beyond an hour"),
        pytest.param(-0.5, "[h]:mm", "-12:00", id="a negative duration"),
        pytest.param(0.000011574, "s.00", "1.00", id="fractions of a second"),
        pytest.param(0.99999999, "h:mm:ss", "0:00:00", id="midnight after rounding"),
        pytest.param(59, "yyyy-mm-dd", "1900-02-28", id="before the day that never was"),
        pytest.param(60, "yyyy-mm-dd", "1900-02-29", id="the day that never was"),
        pytest.param(-1, "yyyy-mm-dd", "-1", id="no date before 1900"),
        pytest.param(46082, BUILT_IN[14], "2026-03-01", id="the short date of the reader's region"),
    ],
)
def test_dates_and_times(value: float, code: str, shown: str) -> None:
    assert displayed_number(value, code) == shown


def test_a_workbook_may_count_its_days_from_1904() -> None:
    assert displayed_number(0, "yyyy-mm-dd", epoch_1904=True) == "1904-01-01"
    assert displayed_number(1.25, "[h]:mm", epoch_1904=True) == "30:00"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333"),
        (-2 / 3, "-0.666666667"),
        (1234.56789012, "1234.56789"),
        (42.0, "42"),
        (-0.0, "0"),
        (0.00001, "0.00001"),
        (0.000012345678, "1.23457E-05"),
        (4006381333931, "4006381333931"),
        (1e15, "1000000000000000"),
        (1e20, "1E+20"),
        (123456789012.5, "123456789013"),
    ],
)
def test_general_shows_eleven_characters_of_a_fraction_and_every_digit_of_a_whole_number(
    value: float, shown: str
) -> None:
    assert general(value) == shown


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("7b", '"Code "@', "Code 7b"),
        ("n/a", '0;-0;0;"("@")"', "(n/a)"),
        ("secret", ";;;", ""),
        ("text", "#,##0.00", "text"),
        ("text", "General", "text"),
    ],
)
def test_text_has_a_section_of_its_own(text: str, code: str, shown: str) -> None:
    assert displayed_text(text, code) == shown


@pytest.mark.parametrize(
    ("code", "dated"), [("d.m.yy", True), ("[h]:mm", True), ('0 "days"', False), ("0.0E+0", False), ("[Red]0", False)]
)
def test_a_format_says_whether_it_shows_dates(code: str, dated: bool) -> None:
    assert is_date(code) is dated


@given(
    st.floats(-1e12, 1e12),
    st.text('0#?.,%/E+-;@"\\_*[]$hmsdy AP<>=19ü', max_size=12),
    st.booleans(),
)
def test_any_format_displays_something_of_any_number(value: float, code: str, epoch_1904: bool) -> None:
    assert isinstance(displayed_number(value, code, epoch_1904=epoch_1904), str)
    assert isinstance(displayed_text("x", code), str)
