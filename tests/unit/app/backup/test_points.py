"""Points come back from JSON as they were, to the last bit of their vectors."""

from __future__ import annotations

import json
from typing import cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from app.backup.points import point_from_json, point_to_json
from core.index.points import StoredPoint
from core.types import SparseVector, Vectors

_ROWS = arrays(np.float32, array_shapes(min_dims=2, max_dims=2), elements=st.floats(width=32, allow_nan=False))


@given(_ROWS, st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False)))
def test_vectors_come_back_exactly(vectors: Vectors, weights: list[float]) -> None:
    sparse = SparseVector(tuple(range(len(weights))), tuple(weights))
    point = StoredPoint("1", {"kind": "chunk", "text": "Größe"}, vectors[0], sparse, vectors)

    back = point_from_json(json.loads(json.dumps(point_to_json(point))))

    assert (back.id, back.payload, back.sparse) == ("1", point.payload, sparse)
    assert np.array_equal(cast(Vectors, back.dense), vectors[0])
    assert np.array_equal(cast(Vectors, back.sentences), vectors)


def test_vectors_in_half_precision_take_two_bytes_a_component() -> None:
    halves = np.random.default_rng(1).random((3, 8)).astype(np.float16).astype(np.float32)

    packed = point_to_json(StoredPoint("1", {}, sentences=halves))["sentences"]

    assert packed[:2] == ["f2", 8]
    assert point_to_json(StoredPoint("1", {}, sentences=halves + np.float32(1e-7)))["sentences"][0] == "f4"


def test_a_chunk_without_sentences_and_a_record_without_vectors_come_back() -> None:
    empty = StoredPoint("1", {}, np.ones(4, np.float32), SparseVector((), ()), np.zeros((0, 4), np.float32))
    record = StoredPoint("2", {"kind": "document"})

    back = point_from_json(json.loads(json.dumps(point_to_json(empty))))

    assert cast(Vectors, back.sentences).size == 0
    assert point_from_json(json.loads(json.dumps(point_to_json(record)))) == record
