"""Numbers of list items are written as programs display them."""

from __future__ import annotations

import pytest

from ingest.parse.list_numbers import letters, roman


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "i"), (4, "iv"), (9, "ix"), (2026, "mmxxvi"), (3999, "mmmcmxcix"), (4000, "4000"), (0, "0")],
)
def test_roman_numerals(number: int, written: str) -> None:
    assert roman(number) == written


@pytest.mark.parametrize(
    ("number", "counted", "repeated"),
    [(1, "a", "a"), (26, "z", "z"), (27, "aa", "aa"), (28, "ab", "bb"), (0, "0", "0")],
)
def test_letters_go_on_after_z_in_two_ways(number: int, counted: str, repeated: str) -> None:
    assert letters(number) == counted
    assert letters(number, repeated=True) == repeated
