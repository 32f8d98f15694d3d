from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.retrieval.duplicates import MAX_COPIES, are_near_duplicates, cite_copies, collapse, contains_sentence
from core.index import Bm25Encoder
from core.types import Hit
from testing.passages import passage

LEAVE = (
    "Every colleague has 25 days of annual leave a year. Unused days expire on 31 March of the next year. "
    "Book your holiday in the calendar at least two weeks ahead. Your manager answers within three days, and in "
    "August within a week. Leave that was not booked in time may be moved by your manager."
)
SPARSE = Bm25Encoder("english")
words = st.lists(st.sampled_from(["leave", "days", "manager", "not", "25", "30", "book", "desk"]), max_size=30)


def hits(*texts: str) -> list[Hit]:
    """Return a ranking of passages of different documents."""
    return [
        Hit(
            replace(passage(number).chunk, text=text),
            fused=1 / number,
            similarity=0.5,
            tokens=frozenset(SPARSE.document(text).indices),
            sentences=np.zeros((0, 2), dtype=np.float32),
        )
        for number, text in enumerate(texts, start=1)
    ]


def numbers(places: list[tuple[Hit, ...]]) -> list[list[int]]:
    """Return the position in the ranking of each hit, from 1."""
    return [[round(1 / hit.fused) for hit in place] for place in places]


@pytest.mark.parametrize(
    "copy",
    [
        LEAVE,
        LEAVE.replace(". ", ".\n\n"),
        LEAVE.replace("annual leave", "**annual leave**"),
        LEAVE.upper(),
    ],
)
def test_the_same_words_in_another_layout_are_near_duplicates(copy: str) -> None:
    assert are_near_duplicates(LEAVE, copy)


def test_a_word_that_was_corrected_in_a_long_text_makes_no_new_content() -> None:
    text = f"{LEAVE} {LEAVE.replace('leave', 'absence').replace('manager', 'lead')}"
    assert are_near_duplicates(text, text.replace("your holiday", "the holiday", 1))


@pytest.mark.parametrize(
    "version",
    [
        LEAVE.replace("25 days", "28 days"),
        LEAVE.replace("31 March", "30 March"),
        LEAVE.replace("may be moved", "may not be moved"),
        LEAVE.replace("31 March", "31. March 2025"),
        LEAVE.split("Book")[0],
        "",
    ],
)
def test_another_number_a_negation_and_another_length_are_another_content(version: str) -> None:
    assert not are_near_duplicates(LEAVE, version)


@given(words, words)
def test_being_near_duplicates_does_not_depend_on_the_order(one: list[str], two: list[str]) -> None:
    first, second = " ".join(one), " ".join(two)
    assert are_near_duplicates(first, second) == are_near_duplicates(second, first)
    assert are_near_duplicates(first, first)


def test_copies_take_one_place_and_do_not_push_others_out() -> None:
    ranking = hits(LEAVE, LEAVE.upper(), "Parking is free of charge.", LEAVE, "Ask the desk for a lamp.")
    assert numbers(collapse(ranking, 2)) == [[1, 2, 4], [3]]
    assert numbers(collapse(ranking, 5)) == [[1, 2, 4], [3], [5]]


def test_a_content_that_is_filed_often_keeps_a_few_copies() -> None:
    assert numbers(collapse(hits(*[LEAVE] * 9), 3)) == [[1, 2, 3, 4, 5]]
    assert MAX_COPIES == 4


@given(st.lists(st.sampled_from([LEAVE, LEAVE.upper(), "Parking is free.", "Parking is free!", "A lamp"]), max_size=12))
def test_collapsing_keeps_the_order_and_loses_no_content(texts: list[str]) -> None:
    places = numbers(collapse(hits(*texts), 100))
    assert [place[0] for place in places] == sorted(place[0] for place in places)
    assert all(place == sorted(place) for place in places)
    assert {texts[place[0] - 1].strip("!.").casefold() for place in places} == {
        text.strip("!.").casefold() for text in texts
    }


def test_a_ranking_without_copies_is_unchanged() -> None:
    assert numbers(collapse(hits("One desk.", "Two lamps.", "Three chairs."), 2)) == [[1], [2]]
    assert collapse([], 3) == []


def test_a_chunk_contains_a_sentence_in_another_layout_and_whole_words_only() -> None:
    chunk = replace(passage(1).chunk, text="Every **colleague** has\n25 days.")
    assert contains_sentence(chunk, "Every colleague has 25 days.")
    assert not contains_sentence(chunk, "Every colleague has 2")


def test_a_sentence_cites_the_copies_that_have_it() -> None:
    first, second = passage(1, "Lunch is free. Parking is not."), passage(2, "Lunch is free. Parking costs money.")
    found = (first, replace(second, copy_of=1), passage(3, "Lunch is free."))
    text = "Lunch is free. [1]\n\nParking is not. [1] Lunch is free. [3]"
    assert cite_copies(text, found) == "Lunch is free. [1, 2]\n\nParking is not. [1] Lunch is free. [3]"
    assert cite_copies(text, found[:1]) == text


def test_a_sentence_of_several_passages_cites_the_copies_of_each() -> None:
    lunch = [passage(number, "Lunch is free.") for number in range(1, 5)]
    found = (lunch[0], replace(lunch[1], copy_of=1), lunch[2], replace(lunch[3], copy_of=3))
    assert cite_copies("Lunch is free. [1, 3]", found) == "Lunch is free. [1, 2, 3, 4]"


def test_a_row_of_a_table_cites_its_copies_too() -> None:
    found = (passage(1, "| Lunch | 18 EUR |"), replace(passage(2, "| Lunch | 18 EUR |"), copy_of=1))
    assert cite_copies("| Meal | Limit |\n|---|---|\n| Lunch | 18 EUR [1] |", found).endswith(
        "| Lunch | 18 EUR [1, 2] |"
    )
