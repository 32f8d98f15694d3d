"""Numbers and bullets of list items."""

from __future__ import annotations

import pytest

from ingest.parse.pdf.marks import is_bullet, list_mark, number_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("• Ask", ("•", "Ask")),
        ("\uf0b7 Ask", ("-", "Ask")),
        ("- Ask", ("-", "Ask")),
        ("2.1 Ask", ("2.1", "Ask")),
        ("b) Ask", ("b)", "Ask")),
        ("(iv) Ask", ("(iv)", "Ask")),
        ("Ask", None),
        ("-5 degrees", None),
        ("2019. It was", None),
        ("3.", None),
        ("A man", None),
    ],
)
def test_a_mark_is_apart_from_the_text(text: str, found: tuple[str, str] | None) -> None:
    assert list_mark(text) == found


def test_the_number_of_a_mark_is_its_last() -> None:
    assert [number_of(mark) for mark in ("2.3.", "b)", "(12)", "•", "iv)")] == [3, 2, 12, None, None]


def test_bullets_are_no_numbers() -> None:
    assert is_bullet("•")
    assert is_bullet("o")
    assert not is_bullet("a)")
