"""`/v1/answers/{answer_id}/explanation` and `/v1/gaps`: for the people who run the service."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.answers.gaps import group_gaps, read_gaps
from app.api.answers.responses import Explanation, Gaps
from app.api.callers import Caller
from app.api.openapi import error_responses
from app.service.service import Service


def answer_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.get("/v1/answers/{answer_id}/explanation", responses=error_responses(404, 503))
    async def explanation(
        principal: Caller, answer_id: Annotated[str, Path(description="The answer's id.")]
    ) -> Explanation:
        """Show how an answer came about: what was searched, found and sent to the model, and what was flagged."""
        from app.answers.explain import explain

        def replay() -> Explanation:
            recipes = service.recipes.by_name
            index = service.library.index.visible_to(principal.readers)
            found = explain(service.database, answer_id, index, recipes, principal.reads_answers_of)
            return Explanation.model_validate(found)

        return await service.database.run(replay)

    @routes.get("/v1/gaps", responses=error_responses(503))
    async def gaps(
        principal: Caller,
        days: Annotated[int, Query(ge=1, le=36_500, description="Only answers of the last days.")] = 30,
    ) -> Gaps:
        """Show what to write next: refused, flagged and thumbed-down questions in groups, with their nearest pages."""
        since = datetime.now(UTC) - timedelta(days=days)
        found = await service.database.run(lambda: read_gaps(service.database, since, principal.reads_answers_of))
        recipe = service.recipes.find(None)
        return Gaps.model_validate(
            await asyncio.to_thread(group_gaps, found, service.library.retriever(principal.readers), recipe)
        )

    return routes
