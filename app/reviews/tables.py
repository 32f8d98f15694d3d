"""The tables of the review queue.

A row in `reviews` is of an answer, or of an item that was posted, which then has a row in `review_items`.

When an answer is deleted, the words of its label are deleted with it (`review_texts`). Its row in `reviews` loses the
answer's id and keeps source, dates and verdict, so that the error rate of past weeks does not change.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Base


class ReviewRow(Base):
    """An answer or an item in the queue.

    answer_id    null of an item, and once the answer was deleted
    source       why it is in the queue, or what it is (`app.reviews.sources.ReviewSource`)
    created_at   when it was answered; of a review by feedback, when it was rated down; of an item, when it was posted
    labelled_at  when the label or the decision was given
    verdict      null while the review is open; of a pair "a", "b" (as it was posted) or "tie"
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


class ReviewItemRow(Base):
    """The content of an item that was posted to the queue.

    content        as it was posted
    edited         as the person who decided corrected it; null where nothing was corrected
    is_swapped     of a pair: what was posted as `a` is shown as `b`
    is_restricted  who posted it reads documents which callers without a sign-in may not read
    """

    __tablename__ = "review_items"

    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[dict[str, Any]]
    edited: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    is_swapped: Mapped[bool]
    is_restricted: Mapped[bool]


class ReviewSaltRow(Base):
    """The secret of the draw: one row, made at the first draw."""

    __tablename__ = "review_salts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[str]
