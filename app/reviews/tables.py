"""The tables of the review queue.

When an answer is deleted, the words of its label are deleted with it (`review_texts`). Its row in `reviews` loses the
answer's id and keeps source, dates and verdict, so that the error rate of past weeks does not change.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Base


class ReviewRow(Base):
    """An answer in the queue.

    answer_id    null once the answer was deleted
    source       why it is in the queue (`app.reviews.review.ReviewSource`)
    created_at   when it was answered; of a review by feedback, when it was rated down
    verdict      null while the review is open
    case_made_at when a gold case was made of it
    """

    __tablename__ = "reviews"

    id: Mapped[str] = mapped_column(primary_key=True)
    answer_id: Mapped[str | None] = mapped_column(ForeignKey("answers.id", ondelete="SET NULL"), unique=True)
    source: Mapped[str]
    created_at: Mapped[datetime]
    labelled_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    case_made_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "created_at"),)


class ReviewTextRow(Base):
    """What a label says of the words of an answer: `unsupported` are [start, end] in code points."""

    __tablename__ = "review_texts"

    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True)
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), unique=True)
    unsupported: Mapped[list[list[int]]] = mapped_column(JSON)
    better_answer: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class ReviewSaltRow(Base):
    """The secret of the draw: one row, made at the first draw."""

    __tablename__ = "review_salts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[str]
