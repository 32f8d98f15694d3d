"""How far a run of the ingestion is, in documents and in chunks, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["listing", "reading", "embedding", "writing", "removing"]


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` documents were read; `name` is the id of the last one.

    chunks             chunks that are embedded
    chunks_expected    chunks that this run will embed; None until the last document was read
    seconds_left       an estimate, from the speed until now; None while nothing was embedded that is to be
    """

    done: int
    total: int
    name: str
    stage: Stage = "reading"
    chunks: int = 0
    chunks_expected: int | None = None
    seconds_left: float | None = None

    @property
    def summary(self) -> str:
        """Return what is done, for people: "12 of 40 documents read, 310 of about 900 chunks embedded"."""
        expected = f" of about {self.chunks_expected:,}" if self.chunks_expected is not None else ""
        return f"{self.done:,} of {self.total:,} documents read, {self.chunks:,}{expected} chunks embedded"


ReportProgress: TypeAlias = Callable[[Progress], None]
"""Is called after each step, and may be called again in between. What it raises ends the run: IngestionCancelled."""


class Meter:
    """Counts what a run does, and reports it after each step. `clock` returns seconds."""

    def __init__(self, report: ReportProgress, clock: Callable[[], float] = time.perf_counter) -> None:
        self._report = report
        self._clock = clock
        self._stage: Stage = "listing"
        self._name = ""
        self._total = self._done = 0
        self._characters_read = self._characters_chunked = 0
        self._chunks = self._embedded = 0
        self._embedding_seconds = 0.0
        self._began = self._since = clock()

    def list(self, total: int) -> None:
        """Report that the sources have so many documents."""
        self._total = total
        self._change("reading")

    def read(self, name: str, characters: int = 0) -> None:
        """Report that a document was read, and how many characters of it are to be embedded."""
        self._done += 1
        self._name = name
        self._characters_read += characters
        self._change("reading")

    def chunk(self, characters: int, *, is_written: bool = False) -> None:
        """Count a chunk that ends so many characters after the one before. Reports nothing.

        One that an earlier run has written is left out of the count.
        """
        if is_written:
            self._characters_read -= characters
        else:
            self._chunks += 1
            self._characters_chunked += characters

    def end_document(self, characters: int) -> None:
        """Count the characters behind the last chunk of a document. Reports nothing."""
        self._characters_chunked += characters

    def begin(self, stage: Stage) -> None:
        """Report that a stage begins."""
        self._change(stage)

    def embed(self, chunks: int) -> None:
        """Report that so many more chunks are embedded."""
        now = self._clock()
        self._embedding_seconds += now - self._since
        self._embedded += chunks
        self._change("embedding")

    def _change(self, stage: Stage) -> None:
        self._stage, self._since = stage, self._clock()
        is_known = self._done == self._total and self._total and not self._is_uncertain
        expected = self._expected() if is_known else None
        self._report(
            Progress(self._done, self._total, self._name, stage, self._embedded, expected, self._seconds_left())
        )

    @property
    def _is_uncertain(self) -> bool:
        """Say whether text was read of which no chunk was cut yet."""
        return self._characters_read > 0 and not self._characters_chunked

    def _expected(self) -> int:
        """The chunks of every document that was read: those that were cut, and an estimate for the rest."""
        rest = max(0, self._characters_read - self._characters_chunked)
        per_character = self._chunks / self._characters_chunked if self._characters_chunked else 0.0
        return self._chunks + round(rest * per_character)

    def _seconds_left(self) -> float | None:
        if not self._done or self._is_uncertain:
            return None
        unread = self._total - self._done
        chunks = self._expected() * self._total / self._done - self._embedded
        if chunks > 0 and not self._embedded:
            return None
        reading = self._clock() - self._began - self._embedding_seconds
        embedding = chunks * self._embedding_seconds / self._embedded if chunks > 0 else 0.0
        return unread * reading / self._done + embedding
