"""A review: an answer in the queue, and the label that a person gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from app.answer.types import AnswerKind
from core.text import Span
from core.types import Message

ReviewSource: TypeAlias = Literal["spot_check", "flagged", "feedback"]
"""Why an answer is in the queue: it was drawn at random, has a hard flag or withheld sentences, or was rated down.

An answer is in the queue once, by the first of them: a flagged answer is no spot check even if it was drawn, and a
spot check stays one when it is rated down.
"""
ReviewVerdict: TypeAlias = Literal["right", "wrong", "partly"]
State: TypeAlias = Literal["open", "done"]


@dataclass(frozen=True, slots=True)
class Label:
    """What a reviewer says of an answer.

    verdict        `partly`: some of it is wrong, or an important part is missing
    unsupported    the words that the documents do not support, as half-open ranges of code points of the answer
    better_answer  what the answer should have been
    """

    verdict: ReviewVerdict
    unsupported: tuple[Span, ...] = ()
    better_answer: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewPassage:
    """A passage that the answer was written from; `text` is None where its document has changed or is gone."""

    index: int
    document_id: str
    document_name: str
    section: str | None
    text: str | None
    is_cited: bool


@dataclass(frozen=True, slots=True)
class ReviewFlag:
    """Words of the answer that the grounding check flagged."""

    start: int
    end: int
    text: str
    reason: str
    severity: str


@dataclass(frozen=True, slots=True)
class Review:
    """An answer in the queue. `label` is None while the review is open; `has_case`: a gold case was made of it."""

    id: str
    source: ReviewSource
    created_at: datetime
    answer_id: str
    kind: AnswerKind
    question: str
    history: tuple[Message, ...]
    answer: str
    passages: tuple[ReviewPassage, ...]
    flags: tuple[ReviewFlag, ...]
    feedback: Mapping[str, str | None] | None
    label: Label | None
    labelled_at: datetime | None
    has_case: bool


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Reviews, the latest first. `next` is the cursor of the following page; `open` counts the whole queue."""

    items: tuple[Review, ...]
    next: str | None
    open: int
