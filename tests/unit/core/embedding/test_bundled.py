"""How texts are shared out between threads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.embedding.bundled import split_evenly

LENGTHS = st.lists(st.integers(2, 256), min_size=1, max_size=200)


@given(LENGTHS, st.integers(1, 8))
def test_groups_cover_every_text_once_and_in_order(lengths: list[int], workers: int) -> None:
    positions = [position for group in split_evenly(lengths, workers) for position in range(*group.indices(10**6))]

    assert positions == list(range(len(lengths)))


@given(LENGTHS, st.integers(1, 8))
def test_no_group_is_empty_or_much_larger_than_the_others(lengths: list[int], workers: int) -> None:
    sizes = [sum(lengths[group]) for group in split_evenly(lengths, workers)]

    assert min(sizes) > 0
    assert max(sizes) <= 1024 + 256


def test_a_question_is_one_group_and_forty_sentences_keep_two_threads_busy() -> None:
    assert len(split_evenly([14], 2)) == 1
    assert split_evenly([28] * 40, 2) == [slice(0, 20), slice(20, 40)]
