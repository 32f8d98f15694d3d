"""Export what is kept of answers, as JSON objects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.answers.record import read_trace
from app.answers.select import Selection
from app.answers.tables import AnswerRow, AnswerTraceRow, FeedbackRow
from app.database import Database
from app.database.tables import Base
from app.reviews.tables import ReviewRow, ReviewTextRow
from core.moments import moment_text

_KEYS = ("answer_id", "review_id")
_PAGE = 200
"""Answers of one transaction: a long one would keep SQLite from shortening its write-ahead log."""


def export_answers(database: Database, selection: Selection) -> Iterator[dict[str, Any]]:
    """Yield every chosen answer, the oldest first: its row, `trace`, `feedback` and `review`, null where there is none.

    Blocks. Raises DatabaseFault. An answer that is written meanwhile may be left out.
    """
    after: tuple[datetime, str] | None = None
    while True:
        with database.reading() as session:
            page = _page(session, selection, after)
        yield from page
        if len(page) < _PAGE:
            return
        after = (datetime.fromisoformat(page[-1]["answered_at"]), page[-1]["id"])


def _page(session: Session, selection: Selection, after: tuple[datetime, str] | None) -> list[dict[str, Any]]:
    place = tuple_(AnswerRow.answered_at, AnswerRow.id)
    query = (
        select(AnswerRow, AnswerTraceRow.content, FeedbackRow, ReviewRow, ReviewTextRow)
        .outerjoin(AnswerTraceRow, AnswerTraceRow.answer_id == AnswerRow.id)
        .outerjoin(FeedbackRow, FeedbackRow.answer_id == AnswerRow.id)
        .outerjoin(ReviewRow, ReviewRow.answer_id == AnswerRow.id)
        .outerjoin(ReviewTextRow, ReviewTextRow.review_id == ReviewRow.id)
        .where(selection.condition)
        .order_by(AnswerRow.answered_at, AnswerRow.id)
        .limit(_PAGE)
    )
    if after is not None:
        query = query.where(place > after)
    return [
        {
            **_values(answer),
            "trace": read_trace(trace) if trace else None,
            "feedback": _values(feedback, *_KEYS) if feedback is not None else None,
            "review": {**_values(review, *_KEYS), **_label(texts)} if review is not None else None,
        }
        for answer, trace, feedback, review, texts in session.execute(query)
    ]


def _label(texts: ReviewTextRow | None) -> dict[str, Any]:
    return _values(texts, *_KEYS) if texts is not None else {}


def _values(row: Base, *without: str) -> dict[str, Any]:
    columns = (column.name for column in row.__table__.columns if column.name not in without)
    values = {name: getattr(row, name) for name in columns}
    return {name: moment_text(value) if isinstance(value, datetime) else value for name, value in values.items()}
