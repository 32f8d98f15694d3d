from __future__ import annotations

import re

import pytest

from app.grounding.text.citation_marker import MARKER, MARKER_BEGINNING, NUMBERS

LONGEST = f"[{'  ,  '.join(['123'] * 20)}]"


@pytest.mark.parametrize("text", ["[1]", "[12]", "[999]", "[1,2]", "[1, 2]", "[1 , 2]", "[1,\n2]", LONGEST])
def test_a_marker_has_up_to_twenty_numbers_of_up_to_three_digits(text: str) -> None:
    assert re.fullmatch(MARKER, text)
    assert re.fullmatch(MARKER, text, re.VERBOSE)
    assert re.fullmatch(NUMBERS, text[1:-1])


@pytest.mark.parametrize(
    "text", ["[]", "[1234]", "[ 1]", "[1 ]", "[1,]", "[1,   2]", "[1-3]", "[^1]", f"[{', '.join(['1'] * 21)}]"]
)
def test_other_brackets_are_no_markers(text: str) -> None:
    assert not re.fullmatch(MARKER, text)


@pytest.mark.parametrize("text", ["[1, 23]", "[1 ,  2]", LONGEST])
def test_every_prefix_of_a_marker_is_a_beginning(text: str) -> None:
    assert all(re.fullmatch(MARKER_BEGINNING, text[:end]) for end in range(1, len(text)))
