"""Only what others rely on: between 0 and 1, and never less for more. Not the exact scores."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.answer.retrieval.relevance import coverage, relevance
from core.types import Hit
from testing.passages import passage

tokens = st.frozensets(st.integers(0, 20), max_size=12)
idf = st.dictionaries(st.integers(0, 20), st.floats(0.01, 12.0), max_size=8)
similarities = st.floats(-1.0, 1.0)
CHUNK = passage(1).chunk


def hit(similarity: float, found: frozenset[int]) -> Hit:
    return Hit(CHUNK, fused=0.5, similarity=similarity, tokens=found, sentences=np.zeros((0, 64), dtype=np.float32))


@given(tokens, idf)
def test_coverage_is_between_zero_and_one(found: frozenset[int], terms: dict[int, float]) -> None:
    assert 0.0 <= coverage(found, terms) <= 1.0 + 1e-9


@given(tokens, idf, st.integers(0, 20))
def test_one_more_term_never_lowers_the_coverage(found: frozenset[int], terms: dict[int, float], more: int) -> None:
    assert coverage(found | {more}, terms) >= coverage(found, terms)


@given(idf)
def test_a_passage_with_every_term_is_covered_and_one_with_none_is_not(terms: dict[int, float]) -> None:
    assert abs(coverage(frozenset(terms), terms) - (1.0 if terms else 0.0)) < 1e-9
    assert coverage(frozenset(), terms) == 0.0


def test_a_rare_term_counts_for_more_than_a_common_one() -> None:
    terms = {1: 6.0, 2: 0.5}
    assert coverage(frozenset({1}), terms) > coverage(frozenset({2}), terms)


@given(similarities, tokens, idf)
def test_relevance_is_a_probability(similarity: float, found: frozenset[int], terms: dict[int, float]) -> None:
    assert 0.0 < relevance(hit(similarity, found), terms) < 1.0


@given(similarities, similarities, tokens, idf)
def test_a_more_similar_passage_never_has_less_relevance(
    one: float, other: float, found: frozenset[int], terms: dict[int, float]
) -> None:
    low, high = sorted((one, other))
    assert relevance(hit(low, found), terms) <= relevance(hit(high, found), terms)


@given(similarities, tokens, idf, st.integers(0, 20))
def test_a_passage_with_one_more_term_never_has_less_relevance(
    similarity: float, found: frozenset[int], terms: dict[int, float], more: int
) -> None:
    assert relevance(hit(similarity, found | {more}), terms) >= relevance(hit(similarity, found), terms)


def test_a_question_without_terms_still_has_the_relevance_of_its_meaning() -> None:
    assert relevance(hit(0.9, frozenset()), {}) > relevance(hit(0.1, frozenset()), {})
