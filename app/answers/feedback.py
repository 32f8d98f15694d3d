"""What people think of the answers that they got."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.answers.record import FeedbackReason, Rating, storable
from app.answers.tables import AnswerRow, FeedbackRow
from app.database import Database
from app.reviews.enqueue import enqueue_rated
from app.service.principals import Principal
from core.errors import NotFound


def give_feedback(
    database: Database,
    answer_id: str,
    principal: Principal,
    rating: Rating | None,
    reason: FeedbackReason | None = None,
    comment: str | None = None,
) -> None:
    """Keep the feedback on an answer in place of the one before; without a rating, remove it. Blocks.

    An answer that is rated down joins the review queue.
    Raises DatabaseFault, and NotFound for an answer that does not exist or is another principal's, which it does not
    distinguish.
    """
    with database.session() as session:
        answer = _own_answer(session, answer_id, principal)
        session.execute(delete(FeedbackRow).where(FeedbackRow.answer_id == answer_id))
        if rating is not None:
            given = FeedbackRow(
                answer_id=answer_id,
                given_at=datetime.now(UTC),
                rating=rating,
                reason=reason,
                comment=storable(comment) if comment else None,
            )
            session.add(given)
        enqueue_rated(session, answer, rating)


def _own_answer(session: Session, answer_id: str, principal: Principal) -> AnswerRow:
    # Locked, so that the same feedback sent twice at the same time is written one after the other.
    row = session.get(AnswerRow, storable(answer_id), with_for_update=True)
    if row is None or (row.principal_kind, row.principal_id) != (principal.kind, principal.id):
        raise NotFound(
            f"No answer of yours with the id '{answer_id[:100]}' is kept. One with \"recorded\": false, or one that "
            "was deleted, cannot be rated.",
            code="answer_not_found",
        )
    return row
