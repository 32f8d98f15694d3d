"""Numbers are written in the formats of Office."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parse.shared.numerals import number, roman


@pytest.mark.parametrize(
    ("value", "style", "written"),
    [
        (3, "decimal", "3"),
        (3, "decimalZero", "03"),
        (12, "decimalZero", "12"),
        (7, "001, 002, 003, ...", "007"),
        (1994, "upperRoman", "MCMXCIV"),
        (4, "lowerRoman", "iv"),
        (26, "lowerLetter", "z"),
        (27, "upperLetter", "AA"),
        (28, "lowerLetter", "bb"),
        (4, "russianLower", "г"),
        (1, "ordinal", "1st"),
        (12, "ordinal", "12th"),
        (22, "ordinal", "22nd"),
        (21, "cardinalText", "Twenty-one"),
        (105, "cardinalText", "One hundred five"),
        (1, "ordinalText", "First"),
        (12, "ordinalText", "Twelfth"),
        (20, "ordinalText", "Twentieth"),
        (32, "ordinalText", "Thirty-second"),
        (5, "chicago", "**"),
        (3, "decimalEnclosedCircle", "③"),
        (21, "decimalEnclosedCircle", "21"),
        (12, "japaneseCounting", "十二"),
        (30, "chineseCounting", "三十"),
        (255, "hex", "FF"),
        (2, "numberInDash", "- 2 -"),
        (2, "none", ""),
        (2, "unknown", "2"),
        (0, "lowerLetter", "0"),
    ],
)
def test_a_number_is_written_in_its_format(value: int, style: str, written: str) -> None:
    assert number(value, style) == written


_WORTH = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@given(st.integers(1, 3999))
def test_roman_digits_add_up_to_the_number(value: int) -> None:
    worth = [_WORTH[digit] for digit in roman(value)]

    assert sum(-one if one < after else one for one, after in zip(worth, [*worth[1:], 0], strict=True)) == value
