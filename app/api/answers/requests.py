"""The request with which an answer is rated."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.answers.record import FeedbackReason, Rating
from app.api.models import Text


class FeedbackRequest(BaseModel):
    """What a person thinks of an answer."""

    model_config = ConfigDict(extra="forbid")

    answer_id: Annotated[Text, Field(min_length=1, max_length=128)] = Field(description="The answer's id.")
    rating: Rating | None = Field(description="`up`, `down`, or null, which removes the feedback.")
    reason: FeedbackReason | None = Field(
        default=None,
        description="What was wrong: the answer is `wrong` or `incomplete`, cites the wrong `source`, or is `unclear`.",
    )
    comment: Annotated[Text, Field(max_length=2000)] | None = Field(default=None, description="In the person's words.")
