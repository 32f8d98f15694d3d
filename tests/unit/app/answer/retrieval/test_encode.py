"""A query of several parts becomes one vector and one set of weighted terms."""

from __future__ import annotations

import numpy as np
import pytest

from app.answer.question.query import Query, QueryPart
from app.answer.retrieval.encode import encode
from core.index import Bm25Encoder
from testing.hash_embedder import HashEmbedder

EMBEDDER, SPARSE = HashEmbedder(256), Bm25Encoder("english")


def test_a_question_alone_is_encoded_as_it_is() -> None:
    encoded = encode(Query.of("annual leave"), EMBEDDER, SPARSE)
    assert encoded.dense == pytest.approx(EMBEDDER.embed(["annual leave"])[0])
    assert encoded.sparse == SPARSE.query("annual leave")
    assert encoded.asked == encoded.terms


def test_the_vector_is_the_weighted_sum_and_has_length_1() -> None:
    parts = (QueryPart("annual leave", 1.0, 1.0), QueryPart("contractors", 0.5, 0.25), QueryPart("tungsten", 0.0, 0.1))
    encoded = encode(Query("annual leave", "", parts), EMBEDDER, SPARSE)
    leave, contractors = EMBEDDER.embed(["annual leave", "contractors"])
    assert encoded.dense == pytest.approx((leave + 0.5 * contractors) / np.linalg.norm(leave + 0.5 * contractors))


def test_a_term_of_several_parts_has_its_largest_weight_and_those_of_answers_are_not_asked() -> None:
    parts = (QueryPart("leave", 1.0, 1.0), QueryPart("leave contractors", 0.5, 0.25), QueryPart("tungsten", 0.0, 0.1))
    encoded = encode(Query("leave", "", parts), EMBEDDER, SPARSE)
    (leave,), (contractors,), (tungsten,) = (
        SPARSE.query(word).indices for word in ("leave", "contractors", "tungsten")
    )
    assert encoded.terms == {leave: 1.0, contractors: 0.25, tungsten: 0.1}
    assert encoded.asked == {leave: 1.0, contractors: 0.25}
    assert encoded.weighted({leave: 2.0, contractors: 4.0}) == {leave: 2.0, contractors: 1.0}
