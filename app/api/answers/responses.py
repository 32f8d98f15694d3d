"""The responses about answers that are kept: feedback, deletion, explanation and gaps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from app.answer.types import AnswerKind, DegradedReason, Mode, Retried
from app.answers.record import FeedbackReason, Now, Rating
from app.api.models import Response, SentMessage
from app.grounding.report import Severity

_NOW = "What became of it: it is `unchanged`, its document has `changed`, or its document is `gone`."


class Feedback(Response):
    """The feedback on an answer, as it is kept."""

    answer_id: str = Field(description="The answer's id.")
    rating: Rating | None = Field(description="`up` or `down`; null where there is none any more.")
    reason: FeedbackReason | None = Field(description="What was wrong.")
    comment: str | None = Field(description="In the person's words.")


class RecordsDeleted(Response):
    """What was deleted."""

    deleted: int = Field(description="Answers, each with its feedback and the words of its review.")


class ExplainedCandidate(Response):
    """A chunk among which the ranker chose."""

    chunk_id: str = Field(description="The chunk's id.")
    document_id: str = Field(description="The document's id.")
    score: float = Field(description="The ranker's score, by which the candidates of one search are ordered.")
    features: dict[str, float] = Field(description="What the score is the weighted sum of.")
    passage: int | None = Field(description="Its number among the passages; null for one that was not chosen.")
    now: Now = Field(description=_NOW)
    text: str | None = Field(description="Its text; null where it has changed or is gone.")


class ExplainedPassage(Response):
    """A passage that the answer was written from."""

    index: int = Field(description="Its number.")
    chunk_id: str = Field(description="The chunk's id.")
    document_id: str = Field(description="The document's id.")
    document_name: str = Field(description="The document's title, as it was.")
    start: int = Field(description="Where it begins in the document's parsed text, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    page: int | None = Field(description="The page that it begins on.")
    score: float = Field(description="Its relevance, 0 to 1.")
    copy_of: int | None = Field(description="The number of the passage of which it is a near-duplicate.")
    is_cited: bool = Field(description="Whether the answer cites it.")
    now: Now = Field(description=_NOW)
    text: str | None = Field(description="Its text; null where it has changed or is gone.")


class ExplainedFlag(Response):
    """Words that were flagged, and why."""

    start: int = Field(description="Where they begin in the answer, in code points.")
    end: int = Field(description="Where they end, exclusive.")
    text: str | None = Field(description="The words; null where no texts are kept.")
    reason: str = Field(description="The reason's name.")
    severity: Severity = Field(description="`hard` or `soft`.")
    confidence: float = Field(description="How likely the sentence says something unsupported, 0 to 1.")
    why: str = Field(description="The reason in words.")
    passage: int | None = Field(description="The number of the passage with the evidence.")
    evidence: str | None = Field(description="What that passage says.")


class KeptWithheld(Response):
    """A sentence that the grounding policy removed."""

    text: str = Field(description="The sentence.")
    reasons: list[str] = Field(description="The reasons of its flags.")


class KeptFeedback(Response):
    """The feedback on an answer."""

    rating: Rating = Field(description="`up` or `down`.")
    reason: FeedbackReason | None = Field(description="What was wrong.")
    comment: str | None = Field(description="In the person's words.")


class Explanation(Response):
    """How an answer came about. Texts are null or absent where the domain keeps none."""

    answer_id: str = Field(description="The answer's id.")
    answered_at: datetime = Field(description="When it was complete.")
    conversation_id: str = Field(description="The conversation.")
    principal_kind: str = Field(description="The kind of the principal who asked.")
    principal_id: str | None = Field(description="The principal's id; null for an anonymous one.")
    recipe: str = Field(description="The name of the recipe.")
    arm: str | None = Field(description="The arm of an experiment; null outside of one.")
    model: str | None = Field(description="The model that wrote it; null for an extractive answer.")
    mode: Mode = Field(description="`generated` or `extractive`.")
    kind: AnswerKind = Field(description="What the answer is.")
    degraded_reason: DegradedReason | None = Field(description="Why the model did not write it; else null.")
    cached_from: str | None = Field(
        description="The id of the answer for which the text was written, where it was given again. What the model was "
        "sent is in the explanation of that one."
    )
    question: str | None = Field(description="The question.")
    history: list[SentMessage] = Field(description="The turns before it.")
    query: str | None = Field(description="What was searched for.")
    text: str | None = Field(description="The answer.")
    answerability: float = Field(description="How likely the passages answer the question, 0 to 1.")
    supported: bool | None = Field(description="The grounding verdict; null where it was not judged.")
    score: float | None = Field(description="The grounding score; null where it was not judged.")
    candidates: list[ExplainedCandidate] = Field(description="What the ranker chose from, the best first.")
    passages: list[ExplainedPassage] = Field(description="What the answer was written from.")
    sent: list[list[SentMessage]] = Field(
        description="What the model was sent: the messages of each attempt, and of a question that it rewrote."
    )
    flags: list[ExplainedFlag] = Field(description="The words that were flagged.")
    withheld: list[KeptWithheld] = Field(description="The sentences that the grounding policy removed.")
    retried: Retried | None = Field(description="Which answer is shown after the model was asked twice.")
    timings_ms: dict[str, float] = Field(description="Milliseconds by stage.")
    prompt_tokens: int = Field(description="Tokens of the prompts.")
    completion_tokens: int = Field(description="Tokens of the model's texts.")
    recipe_changes: dict[str, tuple[Any, Any]] = Field(
        description="The values of the recipe that are different now: what they were, and what they are."
    )
    feedback: KeptFeedback | None = Field(description="The feedback on it; null where nobody gave any.")


class GapQuestion(Response):
    """A question that was not answered well."""

    text: str = Field(description="The question as it was searched for.")
    asked: int = Field(description="How often it was asked.")
    answer_ids: list[str] = Field(description="The ids of its last answers, at most five.")


class GapPage(Response):
    """A document that is near to a group of questions."""

    document_id: str = Field(description="The document's id.")
    document_name: str = Field(description="The document's title.")
    section: str | None = Field(description="The headings above its best passage.")
    score: float = Field(description="The relevance of that passage, 0 to 1.")


class GapGroup(Response):
    """Questions on one topic that were not answered well."""

    terms: list[str] = Field(description="What distinguishes these questions from the others, at most four words.")
    asked: int = Field(description="How often they were asked.")
    refused: int = Field(description="How many of the answers were refusals.")
    flagged: int = Field(description="How many had a hard flag or sentences that were withheld.")
    thumbs_down: int = Field(description="How many were rated down.")
    first_asked: datetime = Field(description="When the first of them was answered.")
    last_asked: datetime = Field(description="When the last of them was answered.")
    questions: list[GapQuestion] = Field(description="The questions, the most frequent first.")
    nearest: list[GapPage] = Field(description="The nearest documents to the question in the middle of the group.")


class Gaps(Response):
    """What the documents should answer: the questions that were not answered well, in groups."""

    groups: list[GapGroup] = Field(description="The groups, the one that was asked most first.")
    asked: int = Field(description="The answers that are grouped.")
    left_out: int = Field(description="Different questions beyond the limit: the oldest.")
