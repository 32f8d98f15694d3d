"""Only what others rely on: between 0 and 1, and never less for more evidence. Not the exact numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.retrieval.answerability import HITS, Evidence, answerability, best_sentence, gather_evidence
from core.types import Hit, Vectors
from testing.passages import passage

QUERY: Vectors = np.array([1.0, 0.0], dtype=np.float32)
shares = st.floats(0.0, 1.0)


def hit(similarity: float, *sentences: float, tokens: frozenset[int] = frozenset()) -> Hit:
    """Return a hit whose sentences have these cosines to QUERY."""
    vectors = np.array([(cosine, (1 - cosine**2) ** 0.5) for cosine in sentences], dtype=np.float32).reshape(-1, 2)
    return Hit(passage(1).chunk, fused=0.5, similarity=similarity, tokens=tokens, sentences=vectors)


@given(shares, shares)
def test_answerability_is_a_probability(sentence: float, coverage: float) -> None:
    assert 0.0 < answerability(Evidence(sentence, coverage, 1000)) < 1.0


@given(shares, shares, st.floats(0.0, 0.5))
def test_more_evidence_never_lowers_it(sentence: float, coverage: float, more: float) -> None:
    evidence = Evidence(sentence, coverage, 1000)
    assert answerability(replace(evidence, sentence=sentence + more)) >= answerability(evidence)
    assert answerability(replace(evidence, coverage=coverage + more)) >= answerability(evidence)


def test_the_same_evidence_counts_for_less_in_a_larger_index() -> None:
    sizes = [answerability(Evidence(0.5, 0.5, chunks)) for chunks in (0, 1, 300, 30_000)]
    assert sizes[0] == sizes[1] > sizes[2] > sizes[3]


def test_the_evidence_is_the_best_of_each_kind() -> None:
    hits = [hit(0.5, 0.1, 0.3, tokens=frozenset((1,))), hit(0.2, 0.7, tokens=frozenset((2, 3)))]
    evidence = gather_evidence(QUERY, {1: 1.0, 2: 2.0, 3: 1.0}, hits, 10)
    assert evidence.sentence == pytest.approx(0.7)
    assert evidence.coverage == 0.75


def test_only_the_first_hits_count() -> None:
    hits = [hit(0.1, 0.1)] * HITS + [hit(0.9, 0.9)]
    assert gather_evidence(QUERY, {}, hits, 10).sentence == pytest.approx(0.1)


def test_a_hit_without_sentences_has_the_cosine_of_its_passage() -> None:
    assert best_sentence(QUERY, hit(0.4)) == 0.4


def test_without_hits_there_is_no_evidence() -> None:
    assert gather_evidence(QUERY, {1: 1.0}, [], 0) == Evidence(0.0, 0.0, 0)
