"""What each feature of the ranker measures, and the order that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from app.answer.retrieval.rank import FEATURES, Features, features_of, rank
from core.types import Hit, Vectors
from testing.passages import passage

QUERY: Vectors = np.array([1, 0], dtype=np.float32)
IDF = {1: 3.0, 2: 1.0}
CHUNK = passage(1).chunk


def hit(
    document: str = "a",
    ordinal: int = 0,
    similarity: float = 0.0,
    matched: Mapping[int, float] | None = None,
    sentences: list[list[float]] | None = None,
) -> Hit:
    chunk = replace(CHUNK, document_id=document, document_name=f"name of {document}", ordinal=ordinal)
    vectors = np.array(sentences or [], dtype=np.float32).reshape(-1, 2)
    found = dict(matched or {})
    return Hit(chunk, 0.5, similarity, frozenset(found), vectors, found)


def column(features: Features, name: str) -> list[float]:
    return [float(value) for value in features[:, FEATURES.index(name)]]


def no_terms(_: str) -> frozenset[int]:
    return frozenset()


def test_the_best_sentence_decides_and_a_passage_without_sentences_has_its_own_cosine() -> None:
    hits = [hit(similarity=0.2, sentences=[[0.1, 0], [0.9, 0]]), hit(similarity=0.4)]
    assert column(features_of(hits, QUERY, IDF, no_terms), "sentence") == pytest.approx([0.9, 0.4])


def test_words_are_the_bm25_score_by_the_sum_of_the_idf_and_coverage_counts_each_term_once() -> None:
    features = features_of([hit(matched={1: 2.0}), hit(matched={1: 1.0, 2: 1.0})], QUERY, IDF, no_terms)
    assert column(features, "words") == [1.5, 1.0]
    assert column(features, "coverage") == [0.75, 1.0]


def test_the_terms_of_a_documents_name_are_evidence_for_all_of_its_passages() -> None:
    hits = [hit("a"), hit("a", 1), hit("b")]
    features = features_of(hits, QUERY, IDF, lambda name: frozenset({2} if name == "name of a" else ()))
    assert column(features, "name") == pytest.approx([0.25 / 3, 0.25 / 3, 0.0])


def test_a_term_that_one_document_has_says_more_about_documents_than_one_that_all_have() -> None:
    hits = [hit("a", matched={1: 1.0}), hit("a", 1, matched={2: 1.0}), hit("b", matched={2: 1.0})]
    with_both, _, with_common = column(features_of(hits, QUERY, IDF, no_terms), "document")
    assert with_both == pytest.approx((1 - 2 / 3) ** 2)
    assert with_common < with_both / 2


def test_documents_with_a_candidate_each_have_no_evidence_beyond_it() -> None:
    hits = [hit("a", matched={1: 1.0}), hit("b", matched={2: 1.0})]
    assert column(features_of(hits, QUERY, IDF, no_terms), "document") == [0.0, 0.0]


def test_equal_similarities_have_equal_ranks() -> None:
    features = features_of([hit(similarity=0.2), hit(similarity=0.7), hit(similarity=0.2)], QUERY, IDF, no_terms)
    assert column(features, "similarity_rank") == pytest.approx([1 / 6, 1 / 5, 1 / 6])


def test_neighbours_count_only_within_a_document() -> None:
    hits = [hit("a", 3, 0.5, {1: 1.0}), hit("a", 4, 0.1), hit("b", 5, 0.2)]
    features = features_of(hits, QUERY, IDF, no_terms)
    assert column(features, "neighbour_words") == [0.0, 0.75, 0.0]
    assert column(features, "neighbour") == [0.1, 0.5, 0.0]


def test_a_query_without_terms_has_the_features_of_its_meaning() -> None:
    features = features_of([hit(similarity=0.3)], QUERY, {}, no_terms)
    assert column(features, "similarity") == [0.3]
    assert column(features, "coverage") == [0.0]


def test_without_candidates_there_are_no_features_and_no_order() -> None:
    features = features_of([], QUERY, IDF, no_terms)
    assert features.shape == (0, len(FEATURES))
    assert rank([], features) == []


def test_the_best_sum_of_weighted_features_comes_first_and_equal_ones_are_ordered_by_id() -> None:
    hits = [hit("a", 0, 0.1), hit("b", 0, 0.9), hit("c", 0, 0.1)]
    features = features_of(hits, QUERY, {}, no_terms)
    ranked = rank(hits, features, {"similarity": 1.0})
    assert ranked[0] is hits[1]
    assert ranked == rank(hits[::-1], features[::-1], {"similarity": 1.0})
