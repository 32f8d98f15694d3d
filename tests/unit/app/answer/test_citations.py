from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.answer.citations import MarkerFilter, cited_passages
from testing.passages import passages

KNOWN = passages(3)
LONGEST_MARKER = 200
"""No more than this may ever be held back."""

wild = st.text("[], \t\n0123456789ax", max_size=60)
words = st.text("abc .,\n", max_size=12)
numbers = st.lists(st.integers(0, 12), min_size=1, max_size=4)


def whole(text: str) -> tuple[str, int]:
    markers = MarkerFilter(KNOWN)
    shown = markers.feed(text) + markers.end()
    return shown, markers.dropped


def in_pieces(pieces: list[str]) -> tuple[str, int]:
    markers = MarkerFilter(KNOWN)
    shown = "".join(markers.feed(piece) for piece in pieces) + markers.end()
    return shown, markers.dropped


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({min(place, len(text)) for place in places})
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


@given(wild, st.lists(st.integers(0, 60), max_size=8))
@example("see [1 , 9] there", [7])
@example("see [1\n,9]", [6])
@example("see [ 9]", [5])
def test_a_text_fed_in_any_pieces_comes_out_as_if_it_were_fed_whole(text: str, places: list[int]) -> None:
    assert in_pieces(cut(text, places)) == whole(text)


@given(wild)
def test_a_text_fed_letter_by_letter_comes_out_as_if_it_were_fed_whole(text: str) -> None:
    assert in_pieces(list(text)) == whole(text)


@given(st.lists(st.tuples(words, numbers), max_size=6), words)
def test_markers_that_resolve_to_nothing_are_removed_and_counted(parts: list[tuple[str, list[int]]], end: str) -> None:
    text = "".join(f"{before}[{', '.join(map(str, cited))}]" for before, cited in parts) + end
    shown, dropped = whole(text)
    left = [int(number) for marker in re.findall(r"\[([\d, ]+)\]", shown) for number in marker.split(",")]
    assert left == [number for _, cited in parts for number in cited if 1 <= number <= 3]
    assert dropped == sum(not 1 <= number <= 3 for _, cited in parts for number in cited)


@given(st.lists(st.tuples(words, numbers), max_size=6), words)
def test_nothing_but_markers_and_the_blank_before_them_is_changed(parts: list[tuple[str, list[int]]], end: str) -> None:
    text = "".join(f"{before}[{', '.join(map(str, cited))}]" for before, cited in parts) + end
    shown, _ = whole(text)
    assert re.sub(r"\[[\d, ]+\]|[ ]", "", shown) == re.sub(r"\[[\d, ]+\]|[ ]", "", text)


@given(st.lists(st.tuples(words, st.lists(st.integers(1, 3), min_size=1, max_size=4)), max_size=6))
def test_a_text_whose_markers_all_resolve_is_not_changed_at_all(parts: list[tuple[str, list[int]]]) -> None:
    text = "".join(f"{before}[{','.join(map(str, cited))}]" for before, cited in parts)
    assert whole(text) == (text, 0)


@given(st.lists(st.sampled_from(["[", "1", "12", ",", " ", "\n", "]", "x"]), max_size=400))
def test_what_is_held_back_is_never_longer_than_a_marker(pieces: list[str]) -> None:
    markers = MarkerFilter(KNOWN)
    fed = shown = 0
    for piece in pieces:
        fed += len(piece)
        shown += len(markers.feed(piece))
        assert fed - shown - 6 * markers.dropped <= LONGEST_MARKER


@pytest.mark.parametrize("beginning", ["[1" + " " * 5000, "[1," + "\n" * 5000, "[" + "1," * 5000, "[1" + ",,," * 5000])
def test_something_that_only_begins_like_a_marker_does_not_stop_the_stream(beginning: str) -> None:
    markers = MarkerFilter(KNOWN)
    assert len(markers.feed(beginning)) > len(beginning) - LONGEST_MARKER


@pytest.mark.parametrize(
    ("text", "shown", "dropped"),
    [
        ("So it is [9].", "So it is.", 1),
        ("So it is [1, 9].", "So it is [1].", 1),
        ("So it is [9, 2,3].", "So it is [2, 3].", 1),
        ("So it is[0].", "So it is.", 1),
        ("In [2023] it was so [1].", "In [2023] it was so [1].", 0),
        ("A list [a] and [ ] and [x, 1].", "A list [a] and [ ] and [x, 1].", 0),
        ("Unfinished [1", "Unfinished [1", 0),
        ("Unfinished [", "Unfinished [", 0),
        ("Ends in a blank ", "Ends in a blank ", 0),
        ("", "", 0),
    ],
)
def test_examples_of_markers(text: str, shown: str, dropped: int) -> None:
    assert whole(text) == (shown, dropped)


def test_a_marker_in_two_pieces_is_shown_when_it_is_complete() -> None:
    markers = MarkerFilter(KNOWN)
    assert markers.feed("Yes [") == "Yes"
    assert markers.feed("1") == ""
    assert markers.feed("]. More") == " [1]. More"
    assert markers.end() == ""


def test_cited_passages_are_those_of_the_markers_once_and_in_their_order() -> None:
    assert [found.index for found in cited_passages("So [3]. And so [1, 3].", KNOWN)] == [1, 3]


def test_an_answer_without_markers_cites_nothing() -> None:
    assert cited_passages("So it is.", KNOWN) == ()


def test_a_number_that_is_no_passage_is_not_cited() -> None:
    assert cited_passages("So it is [7].", KNOWN) == ()
