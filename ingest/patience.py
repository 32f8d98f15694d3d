"""Wait for an index whose server does not answer: a restart of it must not end a run of hours.

Every call of a run can be made twice: chunks and records are written by their ids, and a removal of what is gone
changes nothing. Questions are not answered this way: they fail at once (`core/index/server/connection.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

from core.errors import IndexUnreachable
from core.index import WritableIndex
from core.types import Document, DocumentRecord, EmbeddedChunk, PassageVectors

PATIENCE_SECONDS = 90.0
"""Chosen: three times the half minute in which a server is restarted or moves to another machine."""
_PAUSE_SECONDS = 2.0
_log = logging.getLogger("groundwork")
Result = TypeVar("Result")


class PatientIndex:
    """Another index, whose calls are made again for a while where its server does not answer. See WritableIndex."""

    def __init__(
        self,
        index: WritableIndex,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._index = index
        self._patience = patience
        self._clock = clock
        self._sleep = sleep

    def records(self) -> list[DocumentRecord]:
        """See WritableIndex."""
        return self._patiently(self._index.records)

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """See WritableIndex."""
        self._patiently(partial(self._index.write_chunks, chunks))

    def vectors_of(self, passages: Collection[str]) -> dict[str, PassageVectors]:
        """See WritableIndex."""
        return self._patiently(partial(self._index.vectors_of, passages))

    def chunks_written(self, document_id: str, content_hash: str) -> int:
        """See WritableIndex."""
        return self._patiently(partial(self._index.chunks_written, document_id, content_hash))

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        """See WritableIndex."""
        self._patiently(partial(self._index.write_document, record, document))

    def forget_hash(self, document_id: str) -> None:
        """See WritableIndex."""
        self._patiently(partial(self._index.forget_hash, document_id))

    def change_groups(self, document_id: str, groups: frozenset[str]) -> None:
        """See WritableIndex."""
        self._patiently(partial(self._index.change_groups, document_id, groups))

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        """See WritableIndex."""
        self._patiently(partial(self._index.remove_chunks, document_id, except_hash=except_hash))

    def remove_document(self, document_id: str) -> None:
        """See WritableIndex."""
        self._patiently(partial(self._index.remove_document, document_id))

    def settle(self) -> None:
        """See WritableIndex."""
        self._patiently(self._index.settle)

    def close(self) -> None:
        """See WritableIndex."""
        self._index.close()

    def _patiently(self, call: Callable[[], Result]) -> Result:
        first: float | None = None
        while True:
            try:
                return call()
            except IndexUnreachable as error:
                now = self._clock()
                if first is None:
                    first = now
                    _log.warning("the ingestion waits up to %g s for its index: %s", self._patience, error)
                if now - first >= self._patience:
                    raise
                self._sleep(_PAUSE_SECONDS)
