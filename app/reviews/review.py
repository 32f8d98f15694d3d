"""What is in the review queue, and what a person says of it.

An *answer* joins the queue by itself and gets a label. An *item* was posted to the queue (a drafted case, a pair of
answers, a training example) and gets a decision.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.answer.types import AnswerKind
from app.reviews.sources import AnswerSource, ItemSource, ItemVerdict, Preference, ReviewVerdict
from core.text import Span
from core.types import Message

_ID_DIGITS = 32
"""Hexadecimal digits of the SHA-256 in an item's id."""
_OTHER: Mapping[str, str] = {"a": "b", "b": "a"}


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
class AnswerReview:
    """An answer in the queue. `label` is None while the review is open; `has_case`: a gold case was made of it."""

    id: str
    source: AnswerSource
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
class Item:
    """Something to post to the queue: its content as JSON has it, in the form of its source.

    case     a line of `cases.jsonl`
    pair     `question`, `history`, `passages`, and `a` and `b`, each with `model` and `answer`
    example  any object
    """

    source: ItemSource
    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id of its review: the same content has the same id. The two answers of a pair have no order."""
        content = dict(self.content)
        if self.source == "pair":
            content["sides"] = sorted(json.dumps(content.pop(side), sort_keys=True) for side in ("a", "b"))
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        return f"{self.source}-{digest[:_ID_DIGITS]}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of an item. Of a pair, the answers are named as they were posted.

    edited  the content as the person corrected it; never of a pair
    """

    choice: ItemVerdict | Preference
    edited: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ItemReview:
    """An item in the queue. `decision` is None while the review is open.

    is_swapped  of a pair: the answer that was posted as `a` is shown as `b`. Drawn once, when it was posted
    """

    id: str
    source: ItemSource
    created_at: datetime
    content: Mapping[str, Any]
    is_swapped: bool
    decision: Decision | None
    decided_at: datetime | None

    def swapped(self, side: str) -> str:
        """Return how a side of the pair as it was posted is named as it is shown, and the other way round."""
        return _OTHER.get(side, side) if self.is_swapped else side


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Reviews, the latest first. `next` is the cursor of the following page; `open` counts those of the sources."""

    items: tuple[AnswerReview | ItemReview, ...]
    next: str | None
    open: int
