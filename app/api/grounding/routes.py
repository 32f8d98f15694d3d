"""`/v1/ground`: the check of an answer against texts."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.grounding.requests import GroundRequest
from app.api.grounding.responses import Report
from app.api.openapi import error_responses
from app.grounding import check


def grounding_routes() -> APIRouter:
    """Return the route. It needs nothing of the service."""
    routes = APIRouter()

    @routes.post("/v1/ground", responses=error_responses(changes=True))
    def ground(request: GroundRequest) -> Report:
        """Flag the words of an answer that the contexts do not support."""
        return Report.model_validate(check(request.answer, request.contexts, request.question))

    return routes
