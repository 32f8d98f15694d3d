"""Points as they are stored, with all of their vectors: what a backup has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.index.points.chunks import chunk_from
from core.index.points.schema import BM25, CHUNK, DENSE, KIND, SENTENCES
from core.index.points.vectors import named_vectors
from core.index.points.words import Term, terms_of
from core.types import SparseVector, Vectors


@dataclass(frozen=True, slots=True)
class StoredPoint:
    """A point of a document as it is stored: a chunk, a record or a part of a text, with all of its vectors.

    `dense` has the shape (dimension,), `sentences` (units, dimension); a point that is no chunk has no vectors.
    """

    id: str
    payload: Mapping[str, Any]
    dense: Vectors | None = None
    sparse: SparseVector | None = None
    sentences: Vectors | None = None


def stored_point(id: object, payload: Mapping[str, Any] | None, vector: Any) -> StoredPoint:
    """Return a point as an engine gives it, with its vectors by their names."""
    named = named_vectors(vector)
    dense, sparse, sentences = named.get(DENSE), named.get(BM25), named.get(SENTENCES)
    return StoredPoint(
        id=str(id),
        payload=payload or {},
        dense=None if dense is None else np.array(dense, dtype=np.float32),
        sparse=None if sparse is None else SparseVector(tuple(sparse.indices), tuple(sparse.values)),
        sentences=None if sentences is None else np.array(sentences, dtype=np.float32),
    )


def vectors_of(point: StoredPoint, sparse: Callable[[SparseVector], Any]) -> dict[str, Any]:
    """Return the vectors of a point by their names; `sparse` makes a sparse vector as the engine takes it."""
    vectors: dict[str, Any] = {}
    if point.dense is not None:
        vectors[DENSE] = point.dense.tolist()
    if point.sparse is not None:
        vectors[BM25] = sparse(point.sparse)
    if point.sentences is not None:
        vectors[SENTENCES] = point.sentences.tolist()
    return vectors


def terms_of_points(stored: Iterable[StoredPoint]) -> set[Term]:
    """Return the words of the chunks among points."""
    return terms_of(chunk_from(point.payload) for point in stored if point.payload[KIND] == CHUNK)
