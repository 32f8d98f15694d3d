"""`/v1/search`: the passages for a question."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter

from app.answer.question.small_talk import small_talk_of
from app.answer.retrieval.retrieve import NOTHING_INGESTED, is_unfilled, retrieve
from app.api.callers import Caller
from app.api.models import Citation
from app.api.openapi import error_responses
from app.api.search.requests import SearchRequest
from app.api.search.responses import SearchResponse
from app.api.turns import checked_question, conversation
from app.service.service import Service

_SMALL_TALK = "Nothing was searched for: the last turn of the conversation asks nothing."


def search_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.post("/v1/search", responses=error_responses(404, 429, 503, changes=True))
    def search(request: SearchRequest, principal: Caller) -> SearchResponse:
        """Find the best passages for a question, without an answer."""
        principal.check_tuning(request.tuned_fields)
        recipe = replace(service.recipes.find(request.model), top_k=request.top_k)
        only = service.library.searched(request.filter.as_filter(), principal.readers) if request.filter else None
        question = checked_question(request.query)
        retriever = service.library.retriever(principal.readers)
        history = conversation(request.history)
        if history and small_talk_of(question):
            return SearchResponse(hits=[], query=question, notice=_SMALL_TALK)
        found = retrieve(question, history, recipe, retriever, only)
        numbers = {hit.index: number for number, hit in enumerate(found.distinct, start=1)}
        return SearchResponse(
            hits=[Citation.of(replace(hit, index=numbers[hit.index])) for hit in found.distinct],
            copies=[
                Citation.of(replace(copy, index=numbers[copy.copy_of]))
                for copy in found.passages
                if copy.copy_of is not None
            ],
            query=found.query,
            notice=NOTHING_INGESTED if is_unfilled(found, retriever) else None,
        )

    return routes
