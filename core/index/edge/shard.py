"""An open shard of Qdrant Edge, with the lock under which it is replaced."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import qdrant_edge as edge

from core.errors import DiskFull, IndexFault
from core.index import points
from core.index.points import Restriction
from core.types import SparseVector

_PAGE = 1000
_FULL_PAGE = 256
"""Points that are read with their vectors at once: 4 MB with 384 dimensions."""
Result = TypeVar("Result")
_log = logging.getLogger("groundwork")


class Shard:
    """One shard on disk. No other process writes to it, so what was counted holds until this one does."""

    def __init__(self, shard: edge.EdgeShard, folder: Path) -> None:
        self.engine = shard
        self.folder = folder
        self.generation = uuid.uuid4().hex
        # Guards the swap of the shard in reload(): a query must not use a closed one.
        self.lock = threading.RLock()
        # Counting 12,000 chunks takes 1.4 ms, and is part of every search.
        self._counts: dict[tuple[str, Restriction], int] = {}
        self._groups: frozenset[str] | None = None

    def run(self, call: Callable[[], Result]) -> Result:
        """Run one call of the engine. Raises IndexFault."""
        return engine_call(self.folder, call)

    def update(self, operation: edge.UpdateOperation) -> None:
        """Write. Raises IndexFault."""
        with self.lock:
            self._counts.clear()
            self._groups = None
            self.run(lambda: self.engine.update(operation))

    def reload(self) -> None:
        """Close the shard and load it again: deleted points count in the IDF until then."""
        with self.lock:
            self.engine.close()
            self.engine = self.run(lambda: edge.EdgeShard.load(str(self.folder)))

    def chunk_count(self, only: Restriction) -> int:
        """Return the number of chunks under a restriction."""
        request = edge.CountRequest(filter=chunks_under(only))
        return self._counted((points.CHUNK, only), lambda: self.engine.count(request))

    def document_count(self, only: Restriction) -> int:
        """Return the number of complete documents under a restriction."""
        # A condition on a truth value is one on a number in Qdrant Edge 0.9; a facet is not.
        request = edge.FacetRequest(points.COMPLETE, exact=True, filter=documents_under(only))
        return self._counted((points.DOCUMENT, only), lambda: points.complete_among(self.engine.facet(request).hits))

    def _counted(self, what: tuple[str, Restriction], count: Callable[[], int]) -> int:
        with self.lock:
            if what not in self._counts:
                self._counts[what] = self.run(count)
            return self._counts[what]

    def record_page(self, only: Restriction, begin: str | None, limit: int) -> tuple[list[edge.Record], object]:
        """Return some documents under a restriction from the point `begin` on, and the point after them."""
        request = edge.ScrollRequest(
            offset=begin,
            limit=limit,
            filter=documents_under(only),
            with_payload=[*points.RECORD_FIELDS],
            with_vector=False,
        )
        with self.lock:
            return self.run(lambda: self.engine.scroll(request))

    def groups(self) -> frozenset[str]:
        """Return the groups that documents have."""
        with self.lock:
            if self._groups is None:
                request = edge.FacetRequest(points.READERS, limit=points.MOST_GROUPS, exact=True)
                found = self.run(lambda: self.engine.facet(request))
                self._groups = frozenset(str(hit.value) for hit in found.hits) - {points.EVERYBODY}
            return self._groups

    def scroll(self, matching: edge.Filter, payload: edge.PayloadSelector | list[str]) -> list[edge.Record]:
        """Return all points that match, with a part of their payload."""
        return [found for page in self._pages(matching, payload, size=_PAGE, with_vector=False) for found in page]

    def stored(self, matching: edge.Filter) -> Iterator[edge.Record]:
        """Yield all points that match, with their payloads and vectors."""
        for page in self._pages(matching, True, size=_FULL_PAGE, with_vector=True):
            yield from page

    def with_vectors(self, ids: Sequence[str]) -> Iterator[edge.Record]:
        """Yield chunks by their ids, with their embeddings."""
        named = [points.DENSE, points.SENTENCES]
        for first in range(0, len(ids), _FULL_PAGE):
            page = [*ids[first : first + _FULL_PAGE]]
            with self.lock:
                yield from self.run(
                    lambda page=page: self.engine.retrieve(page, with_payload=points.REUSED_FIELDS, with_vector=named)  # type: ignore[misc]
                )

    def _pages(
        self, matching: edge.Filter, payload: bool | edge.PayloadSelector | list[str], *, size: int, with_vector: bool
    ) -> Iterator[list[edge.Record]]:
        offset: edge.PointId | None = None
        while True:
            request = edge.ScrollRequest(
                offset=offset, limit=size, filter=matching, with_payload=payload, with_vector=with_vector
            )
            with self.lock:
                page, offset = self.run(lambda request=request: self.engine.scroll(request))  # type: ignore[misc]
            yield page
            if offset is None:
                return


def engine_call(folder: Path, call: Callable[[], Result]) -> Result:
    """Run one call of the engine; its bare exceptions become an IndexFault that names the place."""
    try:
        return call()
    except DiskFull:
        raise
    except Exception as error:
        raise IndexFault(
            f"The embedded index in {folder} failed: {error}. Another process may hold it, or the disk may be full. "
            "If it is damaged, delete the folder and ingest again."
        ) from error


def has_chunks(folder: Path) -> bool:
    """Return whether a folder has a shard with chunks; one that cannot be opened was not completed."""
    try:
        shard = engine_call(folder, lambda: edge.EdgeShard.load(str(folder)))
    except IndexFault as error:
        _log.info("no chunks are counted: %s", error)
        return False
    try:
        return Shard(shard, folder).chunk_count(None) > 0
    finally:
        shard.close()


def condition(field: str, value: str) -> edge.FieldCondition:
    """Return the condition that a field of the payload has a value."""
    return edge.FieldCondition(field, match=edge.MatchValue(value))


def readable(only: frozenset[str]) -> edge.FieldCondition:
    """Return the condition that a point may be read under a restriction."""
    return edge.FieldCondition(points.READERS, match=edge.MatchAny(points.admitted(only)))


def chunks_under(only: Restriction) -> edge.Filter:
    """Return the filter of the chunks under a restriction."""
    restricted = [] if only is None else [readable(only)]
    return edge.Filter(must=[condition(points.KIND, points.CHUNK), *restricted])


def documents_under(only: Restriction) -> edge.Filter:
    """Return the filter of the documents under a restriction, incomplete ones included."""
    restricted = [] if only is None else [readable(only)]
    return edge.Filter(must=[condition(points.KIND, points.DOCUMENT), *restricted])


def sparse(vector: SparseVector) -> edge.SparseVector:
    """Return a vector as the engine takes it."""
    return edge.SparseVector(list(vector.indices), list(vector.values))
