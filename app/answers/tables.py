"""The tables of answers and of what people think of them.

A conversation is the answers with one `conversation_id`; it has no facts of its own, and so no table. Answers of one
conversation belong to one principal.

What people wrote or read is in `question`, `query`, `text` and `grounding`, in `answer_traces`, and in the comment of a
feedback; the rest are ids, numbers and names. Where the domain keeps no texts (`[records]` in domain.toml) the first
three are null, and neither flags nor traces have words.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Base


class AnswerRow(Base):
    """A complete answer.

    principal_id      on whose behalf it was asked (`Principal.id`); null for an anonymous caller
    conversation_id   of the turns that belong together
    arm               of an experiment; null outside of one
    model             the name that its server gives; null for an extractive answer
    query             as searched, after rewriting
    answerability     how likely the passages answer the question, 0 to 1
    supported, score  the grounding verdict; null where the answer was not judged
    hard_flags, soft_flags
                      the numbers of the flags by severity
    passages          all that the model was given, without their text: `{"index", "chunk_id", "document_id",
                      "document_name", "content_hash", "start", "end", "page", "score", "copy_of"}`
    citations         the indexes of the passages that the answer cites
    grounding         flags, sentences and unjudged spans, as `Report.to_dict` returns them; null where not judged
    timings_ms        milliseconds by stage; `first_word_ms` and `total_ms` are two of them
    cached_from       the id of the answer for which the text was written, where it was given again; else null
    """

    __tablename__ = "answers"

    id: Mapped[str] = mapped_column(primary_key=True)
    answered_at: Mapped[datetime]
    principal_kind: Mapped[str]
    principal_id: Mapped[str | None]
    conversation_id: Mapped[str]
    recipe: Mapped[str]
    arm: Mapped[str | None]
    model: Mapped[str | None]
    mode: Mapped[str]
    kind: Mapped[str]
    degraded_reason: Mapped[str | None]
    question: Mapped[str | None] = mapped_column(Text)
    query: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    answerability: Mapped[float]
    supported: Mapped[bool | None]
    score: Mapped[float | None]
    hard_flags: Mapped[int]
    soft_flags: Mapped[int]
    withheld: Mapped[int]
    retried: Mapped[str | None]
    passages: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    citations: Mapped[list[int]] = mapped_column(JSON)
    grounding: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    first_word_ms: Mapped[float | None]
    total_ms: Mapped[float]
    timings_ms: Mapped[dict[str, Any]]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    cached_from: Mapped[str | None]

    __table_args__ = (
        Index(None, "answered_at"),
        Index(None, "principal_id"),
        Index(None, "conversation_id"),
    )


class AnswerTraceRow(Base):
    """How an answer came about, for `groundwork explain`: compressed JSON (`app/answers/trace.py`)."""

    __tablename__ = "answer_traces"

    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class FeedbackRow(Base):
    """What the person who asked thinks of an answer: the last rating that they gave."""

    __tablename__ = "feedback"

    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True)
    given_at: Mapped[datetime]
    rating: Mapped[str]
    reason: Mapped[str | None]
    comment: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index(None, "given_at"),)
