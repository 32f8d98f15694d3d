"""Put answers into the review queue, in the transaction that writes them or their rating.

Not covered: answers of which no text is kept, and small talk: there is nothing to review.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.answers.tables import AnswerRow
from app.database.insert import insert_new
from app.reviews.draw import is_drawn, new_salt
from app.reviews.sources import AnswerSource
from app.reviews.tables import ReviewRow, ReviewSaltRow

_ONLY_ROW = 1


class SpotChecks:
    """Draws a share of the answers, from 0 to 1, with the salt of the database, which it reads once."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._salt: str | None = None

    def are_drawn(self, session: Session, answer_ids: Iterable[str]) -> frozenset[str]:
        """Return the answers that are spot checks."""
        if not self._share:
            return frozenset()
        salt = self._salt or self._read(session)
        return frozenset(answer_id for answer_id in answer_ids if is_drawn(salt, answer_id, self._share))

    def _read(self, session: Session) -> str:
        """Return the salt; make it where there is none, unless another process does so at this moment."""
        found = select(ReviewSaltRow.salt)
        self._salt = session.execute(found).scalar_one_or_none()
        if self._salt is not None:
            return self._salt
        # Not remembered: the transaction that makes it may be undone.
        insert_new(session, ReviewSaltRow, [{"id": _ONLY_ROW, "salt": new_salt()}])
        return session.execute(found).scalar_one()


def enqueue_answers(
    session: Session, answers: Sequence[Mapping[str, Any]], spot_checks: SpotChecks, *, replaces: bool
) -> None:
    """Put the flagged answers and the drawn ones into the queue. `answers` are rows of that table.

    `replaces`: an answer that was in the database was written again under its id, and is reviewed again. The label of
    the text before it is deleted. Without it, what is in the queue stays as it is.
    """
    # The last of several with one id is the one that is kept.
    reviewed = {answer["id"]: answer for answer in answers if answer["text"] is not None}
    if not reviewed:
        return
    if replaces:
        session.execute(delete(ReviewRow).where(ReviewRow.answer_id.in_(reviewed)))
    drawn = spot_checks.are_drawn(session, reviewed)
    rows = [
        _row(answer["id"], source, answer["answered_at"])
        for answer in reviewed.values()
        if (source := _source(answer, is_drawn=answer["id"] in drawn)) is not None
    ]
    if rows:
        insert_new(session, ReviewRow, rows)


def enqueue_rated(session: Session, answer: AnswerRow, rating: str | None) -> None:
    """Put an answer that was rated down into the queue, if it is not in it; take it out again with the rating.

    What is in the queue for another reason stays in it, and so does a labelled review.
    """
    if rating != "down":
        withdrawn = (ReviewRow.answer_id == answer.id, ReviewRow.source == "feedback", ReviewRow.verdict.is_(None))
        session.execute(delete(ReviewRow).where(*withdrawn))
    elif answer.text is not None:
        insert_new(session, ReviewRow, [_row(answer.id, "feedback", datetime.now(UTC))])


def _source(answer: Mapping[str, Any], *, is_drawn: bool) -> AnswerSource | None:
    if answer["kind"] == "small_talk":
        return None
    if answer["hard_flags"] or answer["withheld"]:
        return "flagged"
    return "spot_check" if is_drawn else None


def _row(answer_id: str, source: AnswerSource, created_at: datetime) -> dict[str, Any]:
    return {
        "id": f"review-{uuid.uuid4().hex}",
        "answer_id": answer_id,
        "source": source,
        "created_at": created_at,
        "labelled_at": None,
        "verdict": None,
        "case_made_at": None,
    }
