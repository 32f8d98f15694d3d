"""The words of the chunks in the embedded index: a shard of their own, with the vectors of their spelling alone.

A point without a dense vector still takes the space of one: in the shard of the chunks, each word would take 2.9 kB.
"""

from __future__ import annotations

import threading
from collections.abc import Set
from pathlib import Path

import qdrant_edge as edge

from core.disk import check_free
from core.index import points
from core.index.spelling import spelling_vector

_WORD_BYTES = 600
"""Of a word, in the log and in its place. Measured with 18,000 words."""


class EdgeWords:
    """The shard. The exceptions of the engine are the caller's to translate."""

    def __init__(self, shard: edge.EdgeShard, folder: Path) -> None:
        self._shard = shard
        self._folder = folder
        self._written: set[str] = set()
        self._writing = threading.Lock()

    @classmethod
    def create(cls, folder: Path) -> EdgeWords:
        """Make an empty shard in `folder`, which must not exist."""
        folder.mkdir()
        config = edge.EdgeConfig(sparse_vectors={points.SPELLING: edge.EdgeSparseVectorParams()})
        return cls(edge.EdgeShard.create(str(folder), config), folder)

    @classmethod
    def load(cls, folder: Path) -> EdgeWords:
        """Open the shard in `folder`."""
        return cls(edge.EdgeShard.load(str(folder)), folder)

    def write(self, words: Set[str]) -> None:
        """Add the words that this object has not written yet. Raises DiskFull."""
        with self._writing:
            new = sorted(words - self._written)
            check_free(self._folder, _WORD_BYTES * len(new))
            for page in points.pages(new):
                batch = [
                    edge.Point(points.term_point(word), {points.SPELLING: _vector(word)}, points.term_payload(word))
                    for word in page
                ]
                self._shard.update(edge.UpdateOperation.upsert_points(batch))
            self._written.update(new)

    def similar(self, word: str, limit: int) -> list[str]:
        """Return the words that are spelled most like `word`: see Index."""
        request = edge.QueryRequest(
            limit=limit + points.OVER_FETCH,
            query=edge.Query.Nearest(_vector(word), using=points.SPELLING),
            with_payload=True,
        )
        return points.most_similar(((p.payload or {}, p.score) for p in self._shard.query(request)), limit)

    def settle(self) -> None:
        """Optimize and flush."""
        self._shard.optimize()
        self._shard.flush()

    def close(self) -> None:
        """Release the files."""
        self._shard.close()


def _vector(word: str) -> edge.SparseVector:
    vector = spelling_vector(word)
    return edge.SparseVector(list(vector.indices), list(vector.values))
