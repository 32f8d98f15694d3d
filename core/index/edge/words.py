"""The words of the chunks in the embedded index: a shard of their own, with the vectors of their spelling alone.

A point without a dense vector still takes the space of one: in the shard of the chunks, each word would take 2.9 kB.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Set
from pathlib import Path

import qdrant_edge as edge

from core.disk import check_free
from core.index import points
from core.index.edge.config import keyword_index, word_shard
from core.index.edge.shard import readable, sparse
from core.index.points import Restriction
from core.index.spelling import spelling_vector

_PAGE = 1000
_WORD_BYTES = 600
"""Of a word, in the log and in its place. Measured with 18,000 words."""
_MOST_REMEMBERED = 50_000
"""Words that are known to be written without asking the shard: 10 MB. All are forgotten when there are more."""


class EdgeWords:
    """The shard. The exceptions of the engine are the caller's to translate."""

    def __init__(self, shard: edge.EdgeShard, folder: Path) -> None:
        self._shard = shard
        self._folder = folder
        self._remembered: set[points.Term] = set()
        self._writing = threading.Lock()

    @classmethod
    def create(cls, folder: Path) -> EdgeWords:
        """Make an empty shard in `folder`, which must not exist."""
        folder.mkdir()
        shard = edge.EdgeShard.create(str(folder), word_shard())
        shard.update(keyword_index(points.READERS))
        return cls(shard, folder)

    @classmethod
    def load(cls, folder: Path) -> EdgeWords:
        """Open the shard in `folder`."""
        return cls(edge.EdgeShard.load(str(folder)), folder)

    def write(self, words: Set[points.Term]) -> None:
        """Add the words that are not there yet. Raises DiskFull."""
        with self._writing:
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.clear()
            unknown = {points.term_point(term): term for term in words - self._remembered}
            new = sorted(unknown.keys() - self._among(unknown), key=lambda point: points.order_of_terms(unknown[point]))
            check_free(self._folder, _WORD_BYTES * len(new))
            for page in points.pages(new):
                batch = [
                    edge.Point(
                        point, {points.SPELLING: _vector(unknown[point].word)}, points.term_payload(unknown[point])
                    )
                    for point in page
                ]
                self._shard.update(edge.UpdateOperation.upsert_points(batch))
            self._remembered.update(unknown.values())

    def replace(self, words: Set[points.Term]) -> None:
        """Add these words and remove all others. Raises DiskFull."""
        self.write(words)
        with self._writing:
            kept = {points.term_point(term) for term in words}
            gone = [point for point in self._points() if point not in kept]
            for page in points.pages(gone):
                self._shard.update(edge.UpdateOperation.delete_points([*page]))
            self._remembered &= words

    def similar(self, word: str, limit: int, only: Restriction) -> list[str]:
        """Return the words under a restriction that are spelled most like `word`: see Index."""
        request = edge.QueryRequest(
            limit=points.words_fetched(limit),
            query=edge.Query.Nearest(_vector(word), using=points.SPELLING),
            filter=None if only is None else edge.Filter(must=[readable(only)]),
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

    def _among(self, ids: Iterable[str]) -> set[str]:
        """Return those of the ids that words have."""
        found = (self._shard.retrieve([*page], with_payload=False, with_vector=False) for page in points.pages([*ids]))
        return {str(point.id) for page in found for point in page}

    def _points(self) -> list[str]:
        """Return the ids of all words."""
        found: list[str] = []
        offset: edge.PointId | None = None
        while True:
            page, offset = self._shard.scroll(
                edge.ScrollRequest(offset=offset, limit=_PAGE, with_payload=False, with_vector=False)
            )
            found += [str(point.id) for point in page]
            if offset is None:
                return found


def _vector(word: str) -> edge.SparseVector:
    return sparse(spelling_vector(word))
