"""`/v1/search` and `/v1/ground`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter

from app.answer.retrieve import retrieve
from app.answer.types import citation
from app.api.schemas import GroundRequest, SearchRequest, checked_question, messages_from
from app.grounding import check
from app.service.service import Service


def search_routes(service: Service) -> APIRouter:
    """The routes over a service."""
    routes = APIRouter()

    @routes.post("/v1/search")
    def search(request: SearchRequest) -> dict[str, Any]:
        """The best passages for a question, without an answer."""
        recipe = replace(service.recipe(request.model), top_k=request.top_k)
        wanted = request.filter.wanted() if request.filter else None
        question = checked_question(request.query)
        found = retrieve(question, messages_from(request.history), recipe, service.retriever(), wanted)
        return {"hits": [citation(passage) for passage in found.passages], "query": found.query}

    @routes.post("/v1/ground")
    def ground(request: GroundRequest) -> dict[str, Any]:
        """Which words of an answer the contexts do not carry."""
        return check(request.answer, request.contexts, request.question).to_dict()

    return routes
