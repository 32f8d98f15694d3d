"""Batches of what is written, to bound the size of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from core.index.points.stored import StoredPoint
from core.types import EmbeddedChunk

_BATCH_VECTORS = 1024
"""Vectors in one request: 8 MB of JSON with 384 dimensions, 22 MB with 1,024. A Qdrant server refuses more than 32."""
_VECTOR_CHARACTERS = 8000
"""Of a text, which a request may have in place of a vector: both take about 8 kB of JSON."""
Item = TypeVar("Item")


def batches(chunks: Sequence[EmbeddedChunk]) -> Iterable[list[EmbeddedChunk]]:
    """Yield the chunks in batches of at most _BATCH_VECTORS vectors, to bound the size of a request."""
    return _weighed(chunks, lambda chunk: 1 + len(chunk.sentences))


def point_batches(stored: Iterable[StoredPoint]) -> Iterable[list[StoredPoint]]:
    """Yield points in batches, to bound the size of a request: a long text counts like as many bytes of vectors."""
    return _weighed(stored, _weight)


def pages(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Yield slices of at most 1,000 words or ids, to bound the size of a request."""
    for first in range(0, len(items), 1000):
        yield items[first : first + 1000]


def _weight(point: StoredPoint) -> int:
    units = 0 if point.sentences is None else len(point.sentences)
    return 1 + units + len(point.payload.get("text", "")) // _VECTOR_CHARACTERS


def _weighed(items: Iterable[Item], weight: Callable[[Item], int]) -> Iterable[list[Item]]:
    """Yield items in batches of at most _BATCH_VECTORS, or of one that is heavier."""
    batch: list[Item] = []
    total = 0
    for item in items:
        total += weight(item)
        if batch and total > _BATCH_VECTORS:
            yield batch
            batch, total = [], weight(item)
        batch.append(item)
    if batch:
        yield batch
