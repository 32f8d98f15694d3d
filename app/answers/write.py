"""Write answers to the database, many in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from app.answers.record import AnswerRecord, row_of, trace_of
from app.answers.tables import AnswerRow, AnswerTraceRow
from app.database import Database
from app.database.insert import insert_new, insert_or_replace
from app.reviews.enqueue import SpotChecks, enqueue_answers
from core.errors import DatabaseFault


class Unwritable(ValueError):
    """The database answers, and does not take one of the answers: it is of no use to try again."""


def write_answers(
    database: Database,
    records: Sequence[AnswerRecord],
    *,
    keeps_text: bool,
    spot_checks: SpotChecks | None = None,
) -> None:
    """Write the answers, all or none, and commit. An answer with the id of one that is kept replaces it.

    The flagged ones and those that `spot_checks` draws, by default none, join the review queue. Without answers it
    brings the schema up to date.

    Blocks. Raises DatabaseFault when the database cannot be written now, and Unwritable.
    """
    # An answer that is given again is not written again.
    new = [record for record in records if not record.is_repeated]
    repeated = [record for record in records if record.is_repeated]
    try:
        with database.session() as session:
            for chosen, replaces in ((new, True), (repeated, False)):
                rows = _write(session, chosen, keeps_text=keeps_text, replaces=replaces)
                enqueue_answers(session, rows, spot_checks or SpotChecks(0.0), replaces=replaces)
    except DatabaseFault as fault:
        cause = fault.__cause__
        # A statement that the driver was never given has a value that no column takes.
        unsent = isinstance(cause, StatementError) and not isinstance(cause, DBAPIError)
        if unsent or isinstance(cause, DataError | IntegrityError):
            raise Unwritable(str(fault)) from fault
        raise


def _write(
    session: Session, records: Sequence[AnswerRecord], *, keeps_text: bool, replaces: bool
) -> list[dict[str, Any]]:
    """Write answers with their traces; return the answers' rows."""
    if not records:
        return []
    rows = [row_of(record, keeps_text=keeps_text) for record in records]
    traces = [{"answer_id": record.answer_id, "content": trace_of(record, keeps_text=keeps_text)} for record in records]
    insert = insert_or_replace if replaces else insert_new
    insert(session, AnswerRow, rows)
    insert(session, AnswerTraceRow, traces)
    return rows
