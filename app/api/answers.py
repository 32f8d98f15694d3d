"""`/v1/answers/{answer_id}/explanation` and `/v1/gaps`: for the people who run the service."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.api.openapi import error_responses
from app.api.responses import Explanation
from app.service.service import Service


def answer_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.get("/v1/answers/{answer_id}/explanation", responses=error_responses(404, 503))
    async def explanation(answer_id: Annotated[str, Path(description="The answer's id.")]) -> Explanation:
        """Show how an answer came about: what was searched, found and sent to the model, and what was flagged."""
        from app.answers.explain import explain

        def replay() -> Explanation:
            recipes = service.domain.recipes
            found = explain(service.database, answer_id, service.library.index, recipes)
            return Explanation.model_validate(found)

        return await service.database.run(replay)

    return routes
