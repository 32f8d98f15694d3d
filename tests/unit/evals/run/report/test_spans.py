"""Flags, citations and gold quotes are marked where they are."""

from __future__ import annotations

from typing import Any

import pytest

from evals.quotes import contains_quote
from evals.run.report.spans import find_quote, in_utf16, pieces


def flag(start: int, end: int, severity: str = "hard") -> dict[str, Any]:
    return {"start": start, "end": end, "severity": severity}


def test_an_answer_is_divided_at_flags_and_markers() -> None:
    assert pieces("It is 26 days [1, 2].", [flag(6, 8)]) == [
        ("It is ", "", []),
        ("26", "hard", []),
        (" days ", "", []),
        ("[1, 2]", "", [1, 2]),
        (".", "", []),
    ]


def test_a_marker_within_a_flagged_sentence_is_flagged_and_cites() -> None:
    assert pieces("All of it [3].", [flag(0, 14, "soft")]) == [
        ("All of it ", "soft", []),
        ("[3]", "soft", [3]),
        (".", "soft", []),
    ]


def test_words_with_a_hard_and_a_soft_flag_are_hard() -> None:
    assert pieces("nine days", [flag(0, 9, "soft"), flag(0, 4)]) == [("nine", "hard", []), (" days", "soft", [])]


@pytest.mark.parametrize("flags", [[], [flag(0, 0)], [flag(3, 99)], [flag(2, 7), flag(5, 9)]])
def test_no_character_is_lost_or_doubled(flags: list[dict[str, Any]]) -> None:
    text = "Ten 🎈 days [1]"
    assert "".join(piece for piece, _, _ in pieces(text, flags)) == text


def test_an_empty_answer_has_no_pieces() -> None:
    assert pieces("", []) == []


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        ("You have 25 days.", "25 days", "25 days"),
        ("You have **25**\n  days a year", "25 days", "25**\n  days"),
        ("| Breakfast | 12 EUR |\n", "| Breakfast | 12 EUR |", "Breakfast | 12 EUR"),
        ("Set `max_tokens` to 5", "max_tokens to 5", "max_tokens` to 5"),
        ("a (b) [c] $x", "(b) [c] $x", "(b) [c] $x"),
    ],
)
def test_a_quote_is_found_whatever_the_layout(text: str, quote: str, found: str) -> None:
    assert contains_quote(text, quote)
    span = find_quote(text, quote)
    assert span is not None
    assert text[slice(*span)] == found


def test_a_quote_that_is_not_there_is_not_found() -> None:
    assert find_quote("You have 26 days.", "25 days") is None


def test_offsets_are_those_of_a_script() -> None:
    text = "🎈🎈 25 days"
    start, end = in_utf16(text, (3, 5))
    assert text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le") == "25"


def test_a_long_line_of_dashes_after_the_first_word_of_a_quote_takes_no_time() -> None:
    assert find_quote(f"Overview\n{'-' * 5000}\nSomething else.", "Overview of the policy") is None
