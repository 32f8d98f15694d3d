"""The checker of retired words: what it finds in prose and in identifiers, and what it lets pass."""

from __future__ import annotations

import re

import pytest

from testing.vocabulary import find_retired, read_retired

RETIRED = [(re.compile(r"\bwish(?:es)?\b", re.IGNORECASE), "request")]


@pytest.mark.parametrize("line", ["By the user's wish.", "make_wish(scheme)", "class ModelWish:", "WISHES = ()"])
def test_a_retired_word_is_found_in_prose_and_in_identifiers(line: str) -> None:
    (found,) = find_retired(f"fine\n{line}", "page.md", RETIRED)
    assert (found.place, found.advice) == ("page.md:2", "request")


@pytest.mark.parametrize("line", ["wishful thinking", "awish", "a list of words"])
def test_a_word_that_only_contains_one_passes(line: str) -> None:
    assert list(find_retired(line, "page.md", RETIRED)) == []


def test_every_line_of_the_list_is_an_expression_with_advice() -> None:
    assert all(advice for _, advice in read_retired())
