"""Keep every answer before its reader sees it complete, without slowing the answer.

The event loop hands an answer to one thread, which writes all that wait for it in one transaction (group commit), and
waits for the commit at most a second. What was committed survives the end of the process at any moment.

A database that is locked, full or down keeps no answer from being given. Its answers are given as not recorded, wait in
memory, and are written when the database can be written again; the waiting are at most `_MOST_WAITING`. What is lost is
counted and logged by its id.

Not covered: answers that were broken off, by the client or by an error.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field

from app.answers.record import AnswerRecord
from app.service.metrics import Metrics
from core.errors import DatabaseFault

_PATIENCE_SECONDS = 1.0
"""How long the end of an answer waits for its commit. Chosen: hardly noticed after the last word."""
_MOST_AT_ONCE = 256
_MOST_WAITING = 1_000
"""Answers that wait for a database, at most: some 30 MB with prompts of 4,000 tokens."""
_PAUSES = (0.2, 5.0)
"""Seconds between two attempts to write: the first pause, which doubles, and the longest."""
_CLOSE_SECONDS = 2.0
_log = logging.getLogger("groundwork")


@dataclass(slots=True, eq=False)
class _Entry:
    """An answer that is to be written. `is_late`: its reader has seen it as not recorded."""

    record: AnswerRecord
    done: Future[bool] = field(default_factory=Future)
    is_late: bool = False

    def end(self, *, written: bool) -> None:
        # Nobody waits for an entry that was late.
        with suppress(InvalidStateError):
            self.done.set_result(written)


class Recorder:
    """Writes answers in a thread of its own.

    `write` writes some of them, all or none, and may raise DatabaseFault; without any it opens the database.
    """

    def __init__(
        self,
        write: Callable[[Sequence[AnswerRecord]], None],
        metrics: Metrics,
        patience: float = _PATIENCE_SECONDS,
        most_waiting: int = _MOST_WAITING,
    ) -> None:
        self._write = write
        self._metrics = metrics
        self._patience = patience
        self._most_waiting = most_waiting
        self._waiting: deque[_Entry] = deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._works = True
        self._outage_began = 0.0

    def start(self) -> None:
        """Start the thread, unless it runs: it opens the database while the first answer is being written."""
        with self._changed:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
                self._thread.start()

    async def record(self, record: AnswerRecord) -> bool:
        """Keep an answer; return whether it is in the database now.

        While the database does not take answers, it returns at once; they are written later where that is possible.
        """
        entry = _Entry(record, is_late=not self._works)
        if not self._enqueue(entry):
            return False
        if entry.is_late:
            return False
        waiting = asyncio.wrap_future(entry.done)
        done, _ = await asyncio.wait({waiting}, timeout=self._patience)
        if done:
            return waiting.result()
        entry.is_late = True
        waiting.cancel()
        self._begin_outage(f"no commit within {self._patience:g} seconds")
        return False

    def close(self) -> None:
        """Write what waits, within two seconds; the rest is lost."""
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_CLOSE_SECONDS)
        with self._changed:
            self._lose(self._waiting, "the service ended before the database could be written")
            self._waiting.clear()

    def _enqueue(self, entry: _Entry) -> bool:
        """Add an entry to those that wait; False where there are too many."""
        self.start()
        with self._changed:
            if self._closing.is_set() or len(self._waiting) >= self._most_waiting:
                self._lose([entry], f"{len(self._waiting):,} answers wait for the database already")
                return False
            self._waiting.append(entry)
            self._metrics.waiting_records(len(self._waiting))
            self._changed.notify_all()
        return True

    def _run(self) -> None:
        # Nothing is written, but the database is opened, and its schema brought up to date.
        self._settle([])
        while entries := self._next():
            self._settle(entries)

    def _next(self) -> list[_Entry]:
        """Take what waits, or wait for something; empty when the recorder is closed."""
        with self._changed:
            while not self._waiting and not self._closing.is_set():
                self._changed.wait()
            entries = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
            self._metrics.waiting_records(len(self._waiting))
            return entries

    def _settle(self, entries: Sequence[_Entry]) -> None:
        """Write entries, and try again until the database takes them or the recorder is closed."""
        pause, longest = _PAUSES
        while True:
            try:
                self._write([entry.record for entry in entries])
            except DatabaseFault as error:
                self._begin_outage(str(error))
                for entry in entries:
                    entry.is_late = True
                    entry.end(written=False)
                if self._closing.wait(pause):
                    self._lose(entries, "the service ended before the database could be written")
                    return
                pause = min(2 * pause, longest)
            except Exception as error:
                # One answer that cannot be written takes no other one with it.
                if len(entries) <= 1:
                    self._lose(entries, str(error), error)
                    return
                for entry in entries:
                    self._settle([entry])
                return
            else:
                self._end_outage()
                # Counted first: who has the outcome sees it in the metrics.
                for entry in entries:
                    self._metrics.recorded("late" if entry.is_late else "written")
                    entry.end(written=True)
                return

    def _lose(self, entries: Sequence[_Entry], reason: str, error: Exception | None = None) -> None:
        for entry in entries:
            self._metrics.recorded("lost")
            entry.end(written=False)
            _log.error("%s is not kept: %s", entry.record.answer_id, reason, exc_info=error)

    def _begin_outage(self, reason: str) -> None:
        if self._works:
            self._works = False
            self._outage_began = time.monotonic()
            _log.error("answers are given, and not recorded for now: %s", reason)

    def _end_outage(self) -> None:
        if not self._works:
            self._works = True
            _log.warning("answers are recorded again, after %.1f s", time.monotonic() - self._outage_began)
