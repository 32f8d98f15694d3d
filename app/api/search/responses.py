"""The response of a search."""

from __future__ import annotations

from pydantic import Field

from app.api.models import Citation, Response


class SearchResponse(Response):
    """The hits of a search."""

    hits: list[Citation] = Field(description="The hits, in the ranker's order; of near-duplicates the best one.")
    copies: list[Citation] = Field(
        default=[], description="The near-duplicates of the hits, each with the number of its hit as `index`."
    )
    query: str = Field(description="What was searched for: the question, rewritten where it is a follow-up.")
    notice: str | None = Field(
        default=None,
        description="Why nothing was found: nothing has been ingested yet, or the last turn of the conversation asks "
        "nothing; else null.",
    )
