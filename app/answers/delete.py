"""Delete answers with everything that hangs on them: traces, feedback, and what other tables keep of an answer.

Not covered: bytes that PostgreSQL leaves in its files and its write-ahead log until it reuses them, and backups.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from app.answers.select import Selection
from app.answers.tables import AnswerRow
from app.database import Database
from app.experiments.records import forget, forget_before
from app.reviews.items import delete_items_before
from core.errors import DatabaseFault, RequestError

_AT_ONCE = 500
"""Answers of one transaction, so that answers that are given meanwhile wait for a few milliseconds only."""
_HOUR = 3600.0
_log = logging.getLogger("groundwork")


def delete_answers(database: Database, selection: Selection) -> int:
    """Delete the chosen answers; return how many they were. Blocks.

    Raises DatabaseFault, and RequestError for a selection that chooses every answer.
    """
    if selection.is_everything:
        raise RequestError("Say which answers are to be deleted: a user, a conversation or an answer.")
    return _delete(database, selection.condition)


def delete_older(database: Database, days: int, now: datetime) -> int:
    """Delete the answers that are older than this many days; return how many they were. Blocks. Raises DatabaseFault.

    With them the items of the review queue that were posted before. 0 days: everything is kept.
    """
    if not days:
        return 0
    before = now - timedelta(days=days)
    deleted = _delete(database, AnswerRow.answered_at < before)
    with database.session() as session:
        # An answer that failed has an outcome in its experiment and no row of its own.
        forget_before(session, before)
    delete_items_before(database, before)
    return deleted


def _delete(database: Database, condition: ColumnElement[bool]) -> int:
    deleted = 0
    while True:
        with database.session() as session:
            ids = session.execute(select(AnswerRow.id).where(condition).limit(_AT_ONCE)).scalars().all()
            session.execute(delete(AnswerRow).where(AnswerRow.id.in_(ids)))
            forget(session, ids)
        deleted += len(ids)
        if len(ids) < _AT_ONCE:
            break
    if deleted:
        database.discard_deleted()
    return deleted


class Retention:
    """Deletes old answers at its start, unless that is to wait, and every hour after it, in a thread of its own.

    `expire` deletes them and returns how many they were.
    """

    def __init__(self, expire: Callable[[], int], seconds: float = _HOUR) -> None:
        self._expire = expire
        self._seconds = seconds
        self._closed = threading.Event()

    def start(self, *, at_once: bool = True) -> None:
        """Start the thread. `at_once` is False where the database is known not to answer now."""
        threading.Thread(target=self._run, args=(at_once,), name="retention", daemon=True).start()

    def close(self) -> None:
        """End the thread at its next pause."""
        self._closed.set()

    def _run(self, at_once: bool) -> None:
        if not at_once:
            self._closed.wait(self._seconds)
        while not self._closed.is_set():
            try:
                if deleted := self._expire():
                    _log.info("%d answer(s) were older than the domain keeps them, and were deleted", deleted)
            except DatabaseFault as error:
                _log.warning("old answers are not deleted now: %s", error)
            self._closed.wait(self._seconds)


def expire(database: Database, days: int) -> int:
    """Delete the answers that are older than this many days now, as `delete_older` does."""
    return delete_older(database, days, datetime.now(UTC))
