"""The request to check an answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.api.models import Text

MAX_GROUNDED = 1_000_000
"""Characters of an answer or a context that is checked."""


class GroundRequest(BaseModel):
    """An answer and the texts that it is checked against."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[Text, Field(max_length=MAX_GROUNDED)] | None = Field(
        default=None, description="The question. What the answer repeats from it is not judged."
    )
    answer: Text = Field(max_length=MAX_GROUNDED, description="The answer to check.")
    contexts: list[Annotated[Text, Field(max_length=MAX_GROUNDED)]] = Field(
        max_length=1000, description="The texts that support the answer, or do not."
    )
