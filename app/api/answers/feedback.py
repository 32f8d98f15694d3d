"""`/v1/feedback`: what people think of the answers that they got."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.answers.requests import FeedbackRequest
from app.api.answers.responses import Feedback
from app.api.callers import Caller
from app.api.openapi import error_responses
from app.service.service import Service


def feedback_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.post("/v1/feedback", responses=error_responses(404, 429, 503, changes=True))
    async def feedback(request: FeedbackRequest, principal: Caller) -> Feedback:
        """Rate an answer of one's own. A second rating replaces the first; `null` removes it."""
        # The library of the database takes half a second to import, which a command that keeps nothing need not spend.
        from app.answers.feedback import give_feedback

        def give() -> None:
            given = (request.rating, request.reason, request.comment)
            give_feedback(service.database, request.answer_id, principal, *given)

        await service.database.run(give)
        service.metrics.feedback(request.rating)
        rated = request.rating is not None
        return Feedback(
            answer_id=request.answer_id,
            rating=request.rating,
            reason=request.reason if rated else None,
            comment=request.comment if rated else None,
        )

    return routes
