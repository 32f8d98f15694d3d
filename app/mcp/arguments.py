"""The arguments of the tools. A language model writes them, so that every field is described and bounded."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.models import Text
from app.api.turns import MAX_QUESTION

MAX_HITS = 20
"""Passages of a search. Chosen: more than a model should be given; the HTTP API returns up to 100."""
MAX_CHECKED = 20_000
"""Characters of an answer that is checked. Chosen: ten pages."""
MAX_CONTEXTS = 50
MAX_CONTEXT = 100_000
"""Characters of one context."""
MAX_PART = 20_000
"""Characters of a document in one result. Chosen: about 5,000 tokens, within the limits of clients for one result."""
_DOCUMENTS = "Only passages of these documents, by `document_id`; empty: of all."


class Arguments(BaseModel):
    """Base of the arguments of every tool."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SearchArguments(Arguments):
    """What to search for."""

    query: Text = Field(
        min_length=1, max_length=MAX_QUESTION, description="A whole question, in the language of the documents."
    )
    top_k: int = Field(default=5, ge=1, le=MAX_HITS, description="Passages to return, at most.")
    document_ids: list[Text] = Field(default=[], max_length=100, description=_DOCUMENTS)


class AskArguments(Arguments):
    """What to ask."""

    question: Text = Field(
        min_length=1,
        max_length=MAX_QUESTION,
        description="A whole question that can be understood without the conversation before it.",
    )


class CheckArguments(Arguments):
    """What to check, and against what."""

    answer: Text = Field(min_length=1, max_length=MAX_CHECKED, description="The text to check.")
    question: Text | None = Field(
        default=None,
        max_length=MAX_QUESTION,
        description="The question that it answers. Passages are searched for it, and what the answer repeats from it "
        "is not judged.",
    )
    contexts: list[Annotated[Text, Field(max_length=MAX_CONTEXT)]] | None = Field(
        default=None,
        max_length=MAX_CONTEXTS,
        description="Texts to check against. Without them: the documents' passages for the question and the answer.",
    )
    document_ids: list[Text] = Field(default=[], max_length=100, description=_DOCUMENTS)

    @model_validator(mode="after")
    def _check_against_one_thing(self) -> Self:
        if self.contexts is not None and self.document_ids:
            problem = "give contexts or document_ids: with contexts no document is searched"
            raise PydanticCustomError("exclusive", problem)
        return self


class DocumentArguments(Arguments):
    """Which part of which document."""

    document_id: Text = Field(
        min_length=1, max_length=1000, description="The `document_id` of a passage, as it is written there."
    )
    offset: int = Field(default=0, ge=0, description="Where to begin, in characters (Unicode code points).")
    limit: int = Field(default=8_000, ge=1, le=MAX_PART, description="Characters to return, at most.")
