"""Everything that an index has, in a form that two indexes can be compared by."""

from __future__ import annotations

import json
from typing import Any

from core.index import Index
from core.types import Vectors


def stored_in(index: Index) -> dict[str, tuple[Any, ...]]:
    """Return each point of every document by its id: payload, and all vectors bit for bit."""
    return {
        point.id: (
            json.dumps(point.payload, sort_keys=True),
            _bits(point.dense),
            point.sparse and (point.sparse.indices, point.sparse.values),
            _bits(point.sentences),
        )
        for point in index.stored_points()
    }


def _bits(vectors: Vectors | None) -> bytes | None:
    return None if vectors is None else vectors.tobytes()
