"""Points of the index as JSON. Vectors are Base64 of little-endian floats, without a loss.

    {"id": "…", "payload": {…},
     "dense": ["f4", 384, "…"], "sparse": [[token, …], [weight, …]], "sentences": ["f2", 384, "…"]}

The engine keeps sentence vectors in half precision, so that they are exact in two bytes a component; where they are
not, four are written.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.index.points import StoredPoint
from core.types import SparseVector, Vectors

_TYPES = {"f2": "<f2", "f4": "<f4"}


def point_to_json(point: StoredPoint) -> dict[str, Any]:
    """Return the JSON object of a point."""
    value: dict[str, Any] = {"id": point.id, "payload": point.payload}
    if point.dense is not None:
        value["dense"] = _packed(point.dense[None, :])
    if point.sparse is not None:
        value["sparse"] = [point.sparse.indices, point.sparse.values]
    if point.sentences is not None:
        value["sentences"] = _packed(point.sentences)
    return value


def point_from_json(value: Mapping[str, Any]) -> StoredPoint:
    """Return the point of a JSON object. Raises ValueError, TypeError or KeyError for one that is none."""
    dense, sparse, sentences = value.get("dense"), value.get("sparse"), value.get("sentences")
    return StoredPoint(
        id=str(value["id"]),
        payload=dict(value["payload"]),
        dense=None if dense is None else _unpacked(dense)[0],
        sparse=None if sparse is None else SparseVector(tuple(sparse[0]), tuple(sparse[1])),
        sentences=None if sentences is None else _unpacked(sentences),
    )


def _packed(vectors: Vectors) -> list[Any]:
    """Return type, dimension and content of vectors of the shape (rows, dimension)."""
    with np.errstate(over="ignore"):
        halves = vectors.astype("<f2")
    kind = "f2" if np.array_equal(halves.astype(np.float32), vectors) else "f4"
    return [kind, vectors.shape[1], base64.b64encode(vectors.astype(_TYPES[kind]).tobytes()).decode("ascii")]


def _unpacked(packed: list[Any]) -> Vectors:
    kind, dimension, content = packed
    vectors: Vectors = np.frombuffer(base64.b64decode(content), dtype=_TYPES[kind]).astype(np.float32)
    return vectors.reshape(-1, dimension)
