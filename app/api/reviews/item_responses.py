"""The responses about items of the review queue: gold cases, pairs of answers, training examples, and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from app.api.models import Response, SentMessage
from app.reviews.review import ItemReview
from app.reviews.sources import CaseKind, ItemVerdict, Preference


class GoldQuote(Response):
    """Words of a document that answer a question."""

    document_id: str = Field(description="The document's id.")
    quote: str = Field(description="The words.")


class LabelledAnswer(Response):
    """An answer, and what in it the documents do not support."""

    answer: str = Field(description="The answer.")
    unsupported: list[str] = Field(description="Words of the answer, each there once.")


class GoldCase(Response):
    """A line of `cases.jsonl`. What it leaves out is empty here."""

    id: str = Field(description="The case's id; of one that was made of an answer, that of its review.")
    question: str = Field(description="The question.")
    kind: CaseKind = Field(description="What the question is.")
    gold: list[GoldQuote] = Field(description="The words of documents that answer it.")
    answer: str = Field(default="", description="The answer that a person would give.")
    history: list[SentMessage] = Field(default=[], description="The turns before it, oldest first.")
    tags: list[str] = Field(
        default=[], description="Any words; of one that was made of an answer `live`, and why that was reviewed."
    )
    split: Literal["dev", "test"] = Field(description="`dev` is for tuning, `test` measures.")
    labelled: list[LabelledAnswer] = Field(
        default=[], description="Answers, with the words in each that the documents do not support."
    )
    required: list[str | list[str]] = Field(
        default=[], description="Words that an answer has to have: a text, or alternatives."
    )
    forbidden: list[str] = Field(default=[], description="Words that an answer must not have.")


class CaseDecision(Response):
    """What a person said of a drafted case."""

    verdict: ItemVerdict = Field(description="`accept` or `reject`.")
    edited: GoldCase | None = Field(description="The case as the person corrected it; null where nothing was.")
    decided_at: datetime = Field(description="When.")


class CaseReview(Response):
    """A drafted case in the review queue."""

    id: str = Field(description="The review's id: the same content has the same.")
    source: Literal["case"] = Field(description="What it is.")
    created_at: datetime = Field(description="When it was posted.")
    case: GoldCase = Field(description="The case as it was posted.")
    decision: CaseDecision | None = Field(description="The decision; null while the review is open.")


class PairPassage(Response):
    """A passage that both answers of a pair were written from."""

    index: int = Field(description="Its number, as the answers cite it.")
    document_name: str = Field(description="The document's title.")
    section: str | None = Field(description="The headings above it.")
    text: str = Field(description="Its text.")


class PairSide(Response):
    """One answer of a pair."""

    model: str | None = Field(description="The model that wrote it; null while the review is open.")
    answer: str = Field(description="The answer.")


class PairDecision(Response):
    """Which answer of a pair a person preferred."""

    preferred: Preference = Field(description="`a`, `b` or `tie`, by the names that the answers have here.")
    decided_at: datetime = Field(description="When.")


class PairReview(Response):
    """Two answers to one question in the review queue, in an order that was drawn when the pair was posted."""

    id: str = Field(description="The review's id: the same question, passages and answers have the same.")
    source: Literal["pair"] = Field(description="What it is.")
    created_at: datetime = Field(description="When it was posted.")
    question: str = Field(description="The question.")
    history: list[SentMessage] = Field(description="The turns before it, oldest first.")
    passages: list[PairPassage] = Field(description="What the answers were written from.")
    a: PairSide = Field(description="The answer that is shown first.")
    b: PairSide = Field(description="The answer that is shown second.")
    decision: PairDecision | None = Field(description="The decision; null while the review is open.")


class ExampleDecision(Response):
    """What a person said of a training example."""

    verdict: ItemVerdict = Field(description="`accept` or `reject`.")
    edited: dict[str, Any] | None = Field(description="The example as the person corrected it; null if nothing was.")
    decided_at: datetime = Field(description="When.")


class ExampleReview(Response):
    """A training example in the review queue."""

    id: str = Field(description="The review's id: the same content has the same.")
    source: Literal["example"] = Field(description="What it is.")
    created_at: datetime = Field(description="When it was posted.")
    example: dict[str, Any] = Field(description="The example as it was posted.")
    decision: ExampleDecision | None = Field(description="The decision; null while the review is open.")


ItemInReview: TypeAlias = Annotated[CaseReview | PairReview | ExampleReview, Field(discriminator="source")]


def item_in_review(review: ItemReview) -> CaseReview | PairReview | ExampleReview:
    """Return the review of an item as the API has it: of an open pair, without the names of the models."""
    common: dict[str, Any] = {"id": review.id, "source": review.source, "created_at": review.created_at}
    if review.source == "pair":
        return PairReview.model_validate({**common, **_shown_pair(review)})
    decision = review.decision
    decided = (
        {"verdict": decision.choice, "edited": decision.edited, "decided_at": review.decided_at} if decision else None
    )
    fields = {**common, review.source: review.content, "decision": decided}
    return CaseReview.model_validate(fields) if review.source == "case" else ExampleReview.model_validate(fields)


def _shown_pair(review: ItemReview) -> Mapping[str, Any]:
    content, decision = review.content, review.decision
    if decision is None:
        shown = {side: {"answer": content[review.swapped(side)]["answer"], "model": None} for side in ("a", "b")}
        return {**content, **shown, "decision": None}
    shown = {side: content[review.swapped(side)] for side in ("a", "b")}
    decided = {"preferred": review.swapped(decision.choice), "decided_at": review.decided_at}
    return {**content, **shown, "decision": decided}
