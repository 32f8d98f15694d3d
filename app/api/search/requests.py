"""The request of a search."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from app.api.models import Text
from app.api.turns import MAX_QUESTION, MAX_TURNS, Turn
from app.service.recipes import MODEL_ID
from core.types import SearchFilter


class SearchFilterRequest(BaseModel):
    """Restricts a search. An empty list restricts nothing; the values of one list are alternatives."""

    model_config = ConfigDict(extra="forbid")

    document_ids: list[Text] = Field(default=[], max_length=1000, description="Only passages of these documents.")
    sources: list[Text] = Field(default=[], max_length=100, description="Only passages of documents of these sources.")

    def as_filter(self) -> SearchFilter:
        """Return the filter as the index takes it."""
        return SearchFilter(tuple(self.document_ids), tuple(self.sources))


class SearchRequest(BaseModel):
    """A search without an answer."""

    model_config = ConfigDict(extra="forbid")

    query: Text = Field(description=f"The question, of 1 to {MAX_QUESTION:,} characters.")
    model: Text | None = Field(default=None, description="The model id whose recipe ranks; see `GET /v1/models`.")
    top_k: int = Field(default=10, ge=1, le=100, description="Hits to return, at most.")
    history: list[Turn] = Field(
        default=[], max_length=MAX_TURNS, description="The turns before the question, oldest first."
    )
    filter: SearchFilterRequest | None = Field(default=None, description="Restricts the search.")

    @property
    def tuned_fields(self) -> list[str]:
        """The fields that choose another recipe than the default one."""
        return [] if self.model in (None, MODEL_ID) else ["model"]
