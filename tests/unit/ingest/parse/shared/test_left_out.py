"""The report names what was left out in whole phrases."""

from __future__ import annotations

import pytest

from ingest.parse.shared.left_out import Tally, counted, listed


@pytest.mark.parametrize(
    ("number", "noun", "phrase"),
    [
        (1, "comment", "1 comment"),
        (1200, "comment", "1,200 comments"),
        (2, "passage of hidden text", "2 passages of hidden text"),
        (3, "the table of contents", "the table of contents"),
    ],
)
def test_a_number_and_its_noun_agree(number: int, noun: str, phrase: str) -> None:
    assert counted(number, noun) == phrase


def test_names_are_listed_after_their_noun() -> None:
    assert (listed("the hidden slide", [3]), listed("the hidden slide", [3, 5, 7])) == (
        "the hidden slide 3",
        "the hidden slides 3, 5 and 7",
    )


def test_kinds_are_named_in_the_order_of_their_first_occurrence_and_none_that_did_not_occur() -> None:
    tally = Tally()
    tally["picture"] += 1
    tally["comment"] += 0
    tally["chart"] += 2

    assert tally.phrases() == ("1 picture", "2 charts")
