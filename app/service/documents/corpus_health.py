"""The corpus health of a running service: examined after an ingestion, and when it is asked for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import get_args

from app.health import Finding, FindingKind, examine
from app.service.metrics import Metrics
from core.errors import GroundworkError, NotReady
from core.index import Index
from core.types import Chunk, DocumentRecord, chunk_id

_log = logging.getLogger("groundwork")


@dataclass(frozen=True, slots=True)
class Examination:
    """What an examination found. `seconds` is how long it took; `day` is the day to which dates were compared."""

    findings: tuple[Finding, ...]
    documents: int
    chunks: int
    day: date
    seconds: float


class CorpusHealth:
    """The last examination, which holds until the documents or the day change. Any number of threads may ask."""

    def __init__(self, index: Callable[[], Index], metrics: Metrics, today: Callable[[], date] = date.today) -> None:
        self._index = index
        self._metrics = metrics
        self._today = today
        self._examining = threading.Lock()
        self._waiting = threading.Lock()
        self._reading = threading.Lock()
        self._closed = False
        self._last: Examination | None = None
        self._changes = 0
        self._examined_changes = -1

    def changed(self) -> None:
        """Note that documents were added, replaced or removed."""
        self._changes += 1

    def examine_in_background(self) -> None:
        """Examine what has changed in a thread; one that waits to begin examines later changes too."""
        if not self._waiting.acquire(blocking=False):
            return
        threading.Thread(target=self._examine_quietly, name="corpus health", daemon=True).start()

    def close(self) -> None:
        """Wait while the index is being read, and read it no more. An examination that has read it goes on."""
        with self._reading:
            self._closed = True

    def examination(self) -> Examination:
        """Return the examination of the present documents. Blocks while they are examined.

        Raises what reading the index raises.
        """
        with self._examining:
            return self._current()

    def _current(self) -> Examination:
        day = self._today()
        if self._last is None or self._examined_changes != self._changes or self._last.day != day:
            changes = self._changes
            began = time.perf_counter()
            records, chunks = self._read()
            findings = examine(chunks, records, day)
            seconds = round(time.perf_counter() - began, 3)
            self._last = Examination(findings, len(records), len(chunks), day, seconds)
            self._examined_changes = changes
            found = [finding.kind for finding in self._last.findings]
            self._metrics.corpus_findings({kind: found.count(kind) for kind in get_args(FindingKind)})
        return self._last

    def _read(self) -> tuple[list[DocumentRecord], list[Chunk]]:
        with self._reading:
            if self._closed:
                raise NotReady("The service is closing.", code="closing")
            index = self._index()
            records = [record for record in index.records() if record.complete]
            return records, [chunk for record in records for chunk in _chunks(index, record)]

    def _examine_quietly(self) -> None:
        with self._examining:
            self._waiting.release()
            try:
                self._current()
            except GroundworkError as error:
                # The index was closed or is being rebuilt; a request for it gets the error.
                _log.warning("the documents were not examined: %s", error)


def _chunks(index: Index, record: DocumentRecord) -> list[Chunk]:
    return index.chunks([chunk_id(record.id, record.content_hash, number) for number in range(record.chunks)])
