"""The corpus health of a running service: examined after an ingestion, and when it is asked for.

Readers with other documents get an examination of their own, in which nothing comes from a document that they may not
read.
"""

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
from core.index import Index, IndexView
from core.permissions import EVERYTHING, Readers
from core.types import Chunk, DocumentRecord, chunk_id

_MOST_KEPT = 8
"""Examinations, of readers with different documents."""
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
    """The last examinations, which hold until the documents or the day change. Any number of threads may ask."""

    def __init__(self, index: Callable[[], Index], metrics: Metrics, today: Callable[[], date] = date.today) -> None:
        self._index = index
        self._metrics = metrics
        self._today = today
        self._examining = threading.Lock()
        self._waiting = threading.Lock()
        self._reading = threading.Lock()
        self._closed = False
        self._last: dict[frozenset[str] | None, Examination] = {}
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

    def examination(self, readers: Readers) -> Examination:
        """Return the examination of the present documents that these readers may read. Blocks while they are examined.

        Raises what reading the index raises.
        """
        with self._examining:
            return self._current(readers)

    def _current(self, readers: Readers) -> Examination:
        day = self._today()
        if self._examined_changes != self._changes:
            self._examined_changes = self._changes
            self._last.clear()
        with self._reading:
            if self._closed:
                raise NotReady("The service is closing.", code="closing")
            index = self._index().visible_to(readers)
            visible = index.restriction
        known = self._last.get(visible)
        if known is not None and known.day == day:
            return known
        began = time.perf_counter()
        records, chunks = self._read(index)
        findings = examine(chunks, records, day)
        seconds = round(time.perf_counter() - began, 3)
        examination = Examination(findings, len(records), len(chunks), day, seconds)
        self._keep(visible, examination)
        return examination

    def _keep(self, visible: frozenset[str] | None, examination: Examination) -> None:
        self._last.pop(visible, None)
        while len(self._last) >= _MOST_KEPT:
            del self._last[next(iter(self._last))]
        self._last[visible] = examination
        if visible is None:
            found = [finding.kind for finding in examination.findings]
            self._metrics.corpus_findings({kind: found.count(kind) for kind in get_args(FindingKind)})

    def _read(self, index: IndexView) -> tuple[list[DocumentRecord], list[Chunk]]:
        with self._reading:
            if self._closed:
                raise NotReady("The service is closing.", code="closing")
            records = [record for record in index.records() if record.complete]
            return records, [chunk for record in records for chunk in _chunks(index, record)]

    def _examine_quietly(self) -> None:
        with self._examining:
            self._waiting.release()
            try:
                self._current(EVERYTHING)
            except GroundworkError as error:
                # The index was closed or is being rebuilt; a request for it gets the error.
                _log.warning("the documents were not examined: %s", error)


def _chunks(index: IndexView, record: DocumentRecord) -> list[Chunk]:
    return index.chunks([chunk_id(record.id, record.content_hash, number) for number in range(record.chunks)])
