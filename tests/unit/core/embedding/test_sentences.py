"""Which tokens belong to a sentence unit, and what is made of their vectors."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.embedding.sentences import pool, token_spans

SPECIAL = (0, 0)


def test_a_span_has_the_tokens_that_overlap_it() -> None:
    # "One two. Three." with the special tokens of a BERT.
    offsets = [SPECIAL, (0, 3), (4, 7), (7, 8), (9, 14), (14, 15), SPECIAL]

    assert token_spans(offsets, [(0, 8), (9, 15)]) == [(1, 4), (4, 6)]


def test_a_token_with_the_blank_before_it_belongs_to_the_span_of_its_word() -> None:
    assert token_spans([(0, 3), (3, 8), (8, 14)], [(0, 8), (9, 14)]) == [(0, 2), (2, 3)]


def test_a_span_beyond_what_was_read_has_no_tokens() -> None:
    assert token_spans([SPECIAL, (0, 3), SPECIAL], [(0, 3), (4, 9)]) == [(1, 2), (0, 0)]
    assert token_spans([], [(0, 3)]) == [(0, 0)]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.integers(1, 8))
def test_a_pooled_vector_is_the_normalised_mean_of_its_tokens(lengths: list[int], dimension: int) -> None:
    rows = np.random.default_rng(sum(lengths)).normal(size=(sum(lengths), dimension)).astype(np.float32)
    ends = np.cumsum(lengths).tolist()
    spans = [(end - length, end) for length, end in zip(lengths, ends, strict=True)]

    pooled = pool(rows, [*spans, (0, 0)])

    for vector, (start, end) in zip(pooled[:-1], spans, strict=True):
        mean = rows[start:end].mean(axis=0)
        assert np.allclose(vector, mean / np.linalg.norm(mean), atol=1e-4)
    assert not pooled[-1].any()
