from __future__ import annotations

import pytest

from evals.quotes import contains_quote, normalise, without_markers


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("We pay\non the   25th.", "We pay on the 25th."),
        ("| 19 June   | Summer party |", "| 19 June | Summer party |"),
        ("19 June | Summer party", "| 19 June | Summer party |"),
        ("You need **two** approvals, `never` _one_.", "You need two approvals, never one."),
        ("At most 5\u00a0km.", "At most 5 km."),
        (r"Send it to a\_b.", "Send it to a_b."),
        ("| Day | What |\n|---|:---:|\n| Monday | Soup |", "Day What Monday Soup"),
    ],
)
def test_layout_does_not_hide_a_quote(text: str, quote: str) -> None:
    assert contains_quote(text, quote)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("We pay on the 26th.", "We pay on the 25th."),
        ("We pay you on the 25th.", "We pay on the 25th."),
        ("we pay on the 25th.", "We pay on the 25th."),
        ("We pay on the 25th", "We pay on the 25th."),
    ],
)
def test_other_words_case_or_punctuation_do_not_match(text: str, quote: str) -> None:
    assert not contains_quote(text, quote)


def test_an_underscore_inside_a_word_is_no_emphasis() -> None:
    assert normalise("Set data_dir to __this__.") == "Set data_dir to this."


def test_markers_are_removed_with_the_space_before_them_and_other_brackets_are_kept() -> None:
    assert without_markers("We pay [1] on the 25th [2, 3]. See [the page] [a1].") == (
        "We pay on the 25th. See [the page] [a1]."
    )
