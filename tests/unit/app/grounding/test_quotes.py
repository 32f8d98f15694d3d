"""Quotations are held to their words."""

from __future__ import annotations

import pytest

from app.grounding import check

SOURCE = "The mayor said that the old bridge is safe for cars, and she thanked all of the builders in the hall."


def misquoted(answer: str) -> list[str]:
    return [flag.text.strip('"“”') for flag in check(answer, [SOURCE]).flags if flag.reason == "quote_not_found"]


@pytest.mark.parametrize(
    "answer",
    [
        'She said: "the old bridge is safe for cars".',
        "She said: “The OLD bridge is safe for cars.”",
        'She said: "the old bridge ... thanked all of the builders".',
        'She spoke of a "safe old bridge".',
    ],
)
def test_the_words_of_a_source_and_short_quotations_are_let_through(answer: str) -> None:
    assert misquoted(answer) == []


def test_a_quotation_that_no_context_has_word_for_word_is_flagged() -> None:
    assert misquoted('She said: "the safe bridge is old for cars".') == ["the safe bridge is old for cars"]


def test_a_quotation_in_other_words_is_a_hard_flag() -> None:
    flags = check('She said: "the bridge is quite safe for all cars".', [SOURCE]).flags
    assert ("quote_not_found", "hard") in {(flag.reason, flag.severity) for flag in flags}
