"""Compare what two indexes store."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.index.points import SENTENCE_VECTORS, StoredPoint, unpack_vectors

TOLERANCE = 1e-3
"""Of a component of a vector. Texts are embedded in batches of other sizes, and sentences are stored in float16."""


def same_points(some: Iterable[StoredPoint], others: Iterable[StoredPoint]) -> str:
    """Return how the points of two indexes differ; nothing where ids, payloads and vectors are the same."""
    left, right = ({point.id: point for point in points} for points in (some, others))
    if left.keys() != right.keys():
        return f"{len(left.keys() - right.keys())} points more, {len(right.keys() - left.keys())} less"
    for id, point in left.items():
        if _texts(point) != _texts(right[id]):
            return f"other payload: {_texts(point)!r}, {_texts(right[id])!r}"
        if not _are_near(point, right[id]):
            return f"other vectors: {_texts(point)!r}"
    return ""


def _texts(point: StoredPoint) -> dict[str, object]:
    return {name: value for name, value in point.payload.items() if name != SENTENCE_VECTORS}


def _are_near(point: StoredPoint, other: StoredPoint) -> bool:
    if point.dense is None or point.sentences is None:
        return other.dense is None and other.sentences is None
    assert other.dense is not None
    assert other.sentences is not None
    assert point.sparse is not None
    assert other.sparse is not None
    packed, of_other = (unpack_vectors([one.payload[SENTENCE_VECTORS]], len(point.dense)) for one in (point, other))
    return (
        point.sparse.indices == other.sparse.indices
        and np.allclose(point.sparse.values, other.sparse.values, atol=1e-6)
        and np.allclose(point.dense, other.dense, atol=TOLERANCE)
        and np.allclose(point.sentences, other.sentences, atol=TOLERANCE)
        # Of a byte for each component.
        and np.allclose(packed, of_other, atol=0.01)
    )
