"""The responses about the review queue and the quality of the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import Field, field_validator

from app.answer.types import AnswerKind
from app.api.answers.responses import KeptFeedback
from app.api.models import Response, SentMessage
from app.api.reviews.item_responses import CaseReview, ExampleReview, GoldCase, PairReview
from app.grounding.report import Severity
from app.reviews.sources import AnswerSource, ReviewVerdict


class LabelSpan(Response):
    """A half-open range of code points of the answer."""

    start: int = Field(description="Where it begins.")
    end: int = Field(description="Where it ends, exclusive.")


class ReviewLabel(Response):
    """What a reviewer says of an answer."""

    verdict: ReviewVerdict = Field(description="`right`, `wrong`, or `partly` right.")
    unsupported: list[LabelSpan] = Field(description="The words that the documents do not support.")
    better_answer: str | None = Field(description="What the answer should have been.")
    note: str | None = Field(description="The reviewer's note.")

    @field_validator("unsupported", mode="before")
    @classmethod
    def _named(cls, spans: Any) -> Any:
        return [{"start": span[0], "end": span[1]} if isinstance(span, tuple) else span for span in spans]


class ReviewPassage(Response):
    """A passage that the answer was written from."""

    index: int = Field(description="Its number.")
    document_id: str = Field(description="The document's id.")
    document_name: str = Field(description="The document's title, as it was.")
    section: str | None = Field(description="The headings above it; null without any, and where the text is null.")
    text: str | None = Field(description="Its text; null where it has changed or is gone.")
    is_cited: bool = Field(description="Whether the answer cites it.")


class ReviewFlag(Response):
    """Words that the grounding check flagged."""

    start: int = Field(description="Where they begin in the answer, in code points.")
    end: int = Field(description="Where they end, exclusive.")
    text: str = Field(description="The words.")
    reason: str = Field(description="The reason's name.")
    severity: Severity = Field(description="`hard` or `soft`.")


class AnswerReview(Response):
    """An answer in the review queue."""

    id: str = Field(description="The review's id.")
    source: AnswerSource = Field(
        description="Why it is in the queue: a `spot_check` was drawn at random, a `flagged` answer has a hard flag or "
        "withheld sentences, and one by `feedback` was rated down."
    )
    created_at: datetime = Field(description="When it was answered; of one by feedback, when it was rated down.")
    answer_id: str = Field(description="The answer's id.")
    kind: AnswerKind = Field(description="What the answer is.")
    question: str = Field(description="The question.")
    history: list[SentMessage] = Field(description="The turns before it, oldest first.")
    answer: str = Field(description="The answer.")
    passages: list[ReviewPassage] = Field(description="What the answer was written from.")
    flags: list[ReviewFlag] = Field(description="What the grounding check flagged.")
    feedback: KeptFeedback | None = Field(description="The feedback; null where nobody gave any.")
    label: ReviewLabel | None = Field(description="The label; null while the review is open.")
    labelled_at: datetime | None = Field(description="When it was labelled; null while the review is open.")
    has_case: bool = Field(description="Whether a gold case was made of it.")


Review: TypeAlias = Annotated[AnswerReview | CaseReview | PairReview | ExampleReview, Field(discriminator="source")]


class ReviewList(Response):
    """A page of the review queue, the latest first."""

    items: list[Review] = Field(description="The reviews.")
    next: str | None = Field(description="The cursor of the next page; null on the last one.")
    open: int = Field(
        description="Open reviews of the source, or of all sources, whatever the state that is asked for."
    )


class ItemsAdded(Response):
    """What became of items that were posted to the review queue."""

    added: int = Field(description="Those that are new in it.")
    known: int = Field(description="Those that are in it already, open or decided, or were sent twice.")
    ids: list[str] = Field(description="The ids of their reviews, in the order in which they were sent.")


class CaseMade(Response):
    """A gold case, and the file that it was written to."""

    case: GoldCase = Field(description="The case.")
    path: str | None = Field(description="The file, in the data directory.")


class QualityDay(Response):
    """The answers of one day."""

    day: str = Field(description="The day, in UTC (ISO 8601).")
    answers: int = Field(description="Answers that are kept.")
    refused: int = Field(description="Refusals.")
    flagged_hard: int = Field(description="Answers with a hard flag.")
    flagged_soft: int = Field(description="Answers with soft flags only.")
    degraded: int = Field(description="Answers that the configured model did not write, or only in part.")
    thumbs_up: int = Field(description="Answers that are rated up.")
    thumbs_down: int = Field(description="Answers that are rated down.")
    p50_first_word_ms: float | None = Field(description="Median milliseconds to the first word; null without answers.")
    p95_first_word_ms: float | None = Field(description="The 95th percentile of the same.")


class ErrorRate(Response):
    """The share of wrong answers among the unflagged ones, by the spot checks; flagged answers are not among them."""

    drawn: int = Field(description="Spot checks, open ones included.")
    reviewed: int = Field(description="Spot checks with a label.")
    wrong: int = Field(description="Those labelled wrong or partly right.")
    partly: int = Field(description="Those among the wrong ones that are partly right.")
    rate: float | None = Field(description="`wrong` divided by `reviewed`; null while none is reviewed.")
    low: float | None = Field(description="Lower end of the 95% interval (Clopper-Pearson).")
    high: float | None = Field(description="Upper end of the interval.")


class WeeklyErrorRate(ErrorRate):
    """The error rate of the answers of one week."""

    week: str = Field(description="The Monday that it begins on, in UTC (ISO 8601).")


class SpotChecks(ErrorRate):
    """The error rate over all days, and by week."""

    by_week: list[WeeklyErrorRate] = Field(description="The weeks in which answers were drawn, the first one first.")


class Quality(Response):
    """How the answers fared."""

    days: list[QualityDay] = Field(description="The days up to today, the first one first; those without answers, too.")
    spot_checks: SpotChecks = Field(description="How many unflagged answers are wrong.")
    review_share: float = Field(description="The share of answers that is drawn now, 0 to 1.")
