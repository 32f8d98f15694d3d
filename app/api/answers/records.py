"""`/v1/records`: what is kept of answers, to export and to delete."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app.api.answers.responses import RecordsDeleted
from app.api.callers import Caller
from app.api.openapi import Responses, error_responses
from app.service.service import Service

_NDJSON = "application/x-ndjson"
_LINES: Responses = {200: {"content": {_NDJSON: {}}, "description": "One JSON object a line, the oldest answer first."}}
User = Annotated[str | None, Query(description="The answers of this user: the id of a principal.")]
Conversation = Annotated[str | None, Query(description="The answers of this conversation.")]
Answer = Annotated[str | None, Query(description="This answer.")]


def record_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.get("/v1/records", response_class=StreamingResponse, responses={**error_responses(503), **_LINES})
    async def export(
        principal: Caller, user: User = None, conversation: Conversation = None, answer: Answer = None
    ) -> StreamingResponse:
        """Export what is kept of a user's answers, of a conversation, of one answer, or of all of them."""
        from app.answers.export import export_answers
        from app.answers.select import Selection

        chosen = Selection(user, conversation, answer, principal.reads_answers_of)
        answers = export_answers(service.database, chosen)
        # Read before the status is sent: a database that does not answer is a 503.
        first = await service.database.run(lambda: next(answers, None))
        return StreamingResponse(_lines(service, first, answers), media_type=_NDJSON)

    @routes.delete("/v1/records", responses=error_responses(503, changes=True))
    async def delete(
        principal: Caller, user: User = None, conversation: Conversation = None, answer: Answer = None
    ) -> RecordsDeleted:
        """Delete what is kept of a user's answers, of a conversation or of one answer, with the feedback on them."""
        from app.answers.delete import delete_answers
        from app.answers.select import Selection

        selection = Selection(user, conversation, answer, principal.reads_answers_of)
        return RecordsDeleted(deleted=await service.database.run(lambda: delete_answers(service.database, selection)))

    return routes


async def _lines(
    service: Service, first: dict[str, Any] | None, answers: Iterator[dict[str, Any]]
) -> AsyncIterator[bytes]:
    answer = first
    while answer is not None:
        yield json.dumps(answer, ensure_ascii=False).encode() + b"\n"
        answer = await service.database.run(lambda: next(answers, None))
