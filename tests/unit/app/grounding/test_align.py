"""Two lists of keys side by side."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.grounding.compare.align import Gap, align, gaps_between
from testing.properties import tried

# Few letters, so that many repeat; at most six of each, since of more occurrences only some are tried.
KEYS = st.lists(st.sampled_from("abcdefgh"), max_size=14).filter(lambda keys: all(keys.count(key) < 7 for key in keys))
examples = tried(300)


def places_of(keys: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    return {key: [place for place in reversed(range(len(keys))) if keys[place] == key] for key in keys}


def pairs_of(one: str, other: str) -> list[tuple[int, int]]:
    return align(list(one), places_of(list(other)))


def longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest common subsequence, by the table of Wagner and Fischer."""
    row = [0] * (len(other) + 1)
    for key in one:
        before = row
        row = [0]
        for place, partner in enumerate(other):
            row.append(before[place] + 1 if key == partner else max(before[place + 1], row[place]))
    return row[-1]


@examples
@given(one=KEYS, other=KEYS)
def test_the_alignment_is_a_longest_common_subsequence(one: list[str], other: list[str]) -> None:
    pairs = align(one, places_of(other))
    assert all(one[item] == other[place] for item, place in pairs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))
    assert len(pairs) == longest_common(one, other)


@examples
@given(keys=KEYS)
def test_a_list_is_aligned_with_itself_item_by_item(keys: list[str]) -> None:
    assert align(keys, places_of(keys)) == [(place, place) for place in range(len(keys))]


def test_without_a_common_key_nothing_is_aligned() -> None:
    assert pairs_of("abc", "xyz") == []
    assert pairs_of("", "xyz") == []
    assert pairs_of("abc", "") == []


def test_one_key_a_thousand_times_is_aligned_without_a_thousand_times_a_thousand_pairs() -> None:
    pairs = align(["a"] * 1000, places_of(["a"] * 1000))
    assert 1 <= len(pairs) < 10


@examples
@given(one=KEYS, other=KEYS)
def test_the_gaps_and_the_pairs_make_the_answer(one: list[str], other: list[str]) -> None:
    pairs = align(one, places_of(other))
    gaps = gaps_between(pairs, len(one), len(other))
    aligned = [item for item, _ in pairs]
    between = [item for gap in gaps for item in gap.ours]
    if pairs:
        assert sorted(aligned + between) == list(range(len(one)))
    for gap in gaps:
        assert 0 <= gap.theirs.start <= gap.theirs.stop <= len(other)
        assert all(place not in gap.theirs for _, place in pairs)


def test_a_gap_is_what_differs_between_two_pairs() -> None:
    assert gaps_between(pairs_of("abXcde", "abYcde"), 6, 6) == [Gap(range(2, 3), range(2, 3))]
    assert gaps_between(pairs_of("abcd", "abXcd"), 4, 5) == [Gap(range(2, 2), range(2, 3))]
    assert gaps_between(pairs_of("abXcd", "abcd"), 5, 4) == [Gap(range(2, 3), range(2, 2))]


def test_a_gap_at_an_end_is_no_inner_one() -> None:
    assert gaps_between(pairs_of("Xab", "Yab"), 3, 3) == [Gap(range(1), range(1), is_inner=False)]
    assert gaps_between(pairs_of("abX", "abY"), 3, 3) == [Gap(range(2, 3), range(2, 3), is_inner=False)]


def test_equal_lists_have_no_gaps() -> None:
    assert gaps_between(pairs_of("abc", "abc"), 3, 3) == []
    assert gaps_between([], 3, 3) == []
