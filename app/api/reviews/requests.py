"""The requests of reviewers."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.api.models import Text
from app.reviews.review import Label
from app.reviews.sources import ReviewVerdict

MAX_LABEL = 10_000
"""Characters of a better answer and of a note."""
_MAX_SPANS = 200


class SpanRequest(BaseModel):
    """A half-open range of code points of the answer."""

    model_config = ConfigDict(extra="forbid")

    start: int = Field(ge=0, le=2**31 - 1, description="Where it begins.")
    end: int = Field(ge=1, le=2**31 - 1, description="Where it ends, exclusive.")


class LabelRequest(BaseModel):
    """What a reviewer says of an answer."""

    model_config = ConfigDict(extra="forbid")

    verdict: ReviewVerdict = Field(description="`right`, `wrong`, or `partly` right.")
    unsupported: list[SpanRequest] = Field(
        default=[], max_length=_MAX_SPANS, description="The words that the documents do not support."
    )
    better_answer: Annotated[Text, Field(max_length=MAX_LABEL)] | None = Field(
        default=None,
        description="What the answer should have been; the domain's refusal where the documents do not answer.",
    )
    note: Annotated[Text, Field(max_length=MAX_LABEL)] | None = Field(default=None, description="A note to oneself.")

    def as_label(self) -> Label:
        """Return the label."""
        spans = tuple((span.start, span.end) for span in self.unsupported)
        return Label(self.verdict, spans, self.better_answer, self.note)
