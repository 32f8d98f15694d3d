"""`/v1/chat/completions` and `/v1/models`: OpenAI's API, with the field `groundwork` beside OpenAI's own."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Path
from sse_starlette import EventSourceResponse
from starlette.responses import Response

from app.answer.events import AnswerEvent, Finished, Started, TextDelta
from app.answer.pipeline import answer, new_answer_id
from app.answers.record import AnswerRecord, Asked, new_conversation_id
from app.answers.recorder import Recorder
from app.api.callers import Caller
from app.api.chat.envelope import DONE, Envelope, sse_event
from app.api.chat.requests import ChatRequest
from app.api.chat.responses import ChatCompletion, Model, ModelList
from app.api.chat.telemetry import counted_answer, describe_answer, describe_question
from app.api.errors import error_body, unexpected_body
from app.api.openapi import STREAM, error_responses
from app.service.idempotency import answer_id_of
from app.service.recipes import MODEL_ID
from app.service.service import Service
from core.errors import GroundworkError
from core.logs import log_context
from core.recipe import Recipe
from core.tracing import current_span, traced
from core.types import SearchFilter

_HEARTBEAT_SECONDS = 10
_log = logging.getLogger("groundwork")


def chat_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.get("/v1/models", responses=error_responses())
    def models() -> ModelList:
        """List the recipes, as models."""
        return ModelList(data=[Model(id=model_id) for model_id in service.recipes.model_ids])

    @routes.get("/v1/models/{model_id:path}", responses=error_responses(404))
    def model(model_id: Annotated[str, Path(description="The model id.")]) -> Model:
        """Show one model."""
        service.recipes.find(model_id)
        return Model(id=model_id)

    @routes.post(
        "/v1/chat/completions",
        response_model=ChatCompletion,
        responses={**STREAM, **error_responses(404, 429, 503, changes=True)},
    )
    async def chat(
        request: ChatRequest,
        principal: Caller,
        cache_control: Annotated[
            str, Header(description="`no-cache`: write the answer again, even if it has been given before.")
        ] = "",
        idempotency_key: Annotated[
            str | None,
            Header(
                description="1 to 128 visible ASCII characters that name this request. The same request with the same "
                "key is the same answer: it has the same id, and is given again if it was finished."
            ),
        ] = None,
    ) -> Response | ChatCompletion:
        """Answer the last message, with citations and a grounding report."""
        principal.check_tuning(request.tuned_fields)
        recipe = _tuned(service.recipes.find(request.model), request)
        question = request.question()
        # A request that chooses or changes its recipe asks for that one.
        assigned = None if request.tuned_fields else service.experiments.assign(principal, question, recipe)
        recipe = assigned.recipe if assigned is not None else recipe
        arm = assigned.label if assigned is not None else None
        answer_id = new_answer_id()
        if idempotency_key is not None:
            answer_id = answer_id_of(idempotency_key, principal, question, recipe, arm)
        log_context().answer_id = answer_id
        asked = Asked(question, recipe, principal, request.conversation_id or new_conversation_id(), arm)
        answerer = service.answerer(principal.readers)
        events = service.answers.answered(
            answer(question, recipe, answerer, answer_id),
            question,
            recipe,
            answerer.retriever.index,
            SearchFilter(),
            fresh="no-cache" in cache_control.lower(),
            is_repeatable=idempotency_key is not None,
        )
        if idempotency_key is not None:
            events = service.turns.in_turn(answer_id, events)
        recorder = service.recorder if request.store is not False else None
        if recorder is not None:
            recorder.start()
        events = traced("answer", _recorded(events, answer_id, asked, service, recorder))

        def answer_with(other: Recipe) -> AsyncGenerator[AnswerEvent, None] | None:
            """Answer with the recipe of a shadow, which is never shown."""
            beside = service.beside(answerer)
            return answer(question, other, beside) if beside is not None else None

        events = service.experiments.observed(events, assigned, answer_id, answer_with)
        model_id = request.model or MODEL_ID
        if request.stream:
            stream = _stream(events, model_id, asked, include_usage=request.includes_usage)
            return EventSourceResponse(stream, ping=_HEARTBEAT_SECONDS, sep="\n")
        return await _complete(events, model_id, asked)

    return routes


def _tuned(recipe: Recipe, request: ChatRequest) -> Recipe:
    """Return the recipe with the values that the request overrides."""
    max_tokens = request.max_completion_tokens or request.max_tokens
    values = {"temperature": request.temperature, "max_tokens": max_tokens, "top_k": request.top_k}
    return replace(recipe, **{name: value for name, value in values.items() if value is not None})  # type: ignore[arg-type]


async def _recorded(
    events: AsyncGenerator[AnswerEvent, None],
    answer_id: str,
    asked: Asked,
    service: Service,
    recorder: Recorder | None,
) -> AsyncGenerator[AnswerEvent, None]:
    """Pass the events through; count, trace and log how the answer ends, and keep it before its end is passed on."""
    describe_question(current_span(), answer_id, asked.question, asked.recipe)
    started = None
    with counted_answer(service.metrics):
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Started):
                    started = event
                elif isinstance(event, Finished):
                    service.metrics.answer(event, asked.recipe, asked.arm or "")
                    describe_answer(current_span(), event)
                    _log_withheld(event, asked.recipe, with_text=service.settings.log_text)
                    if recorder is not None and started is not None:
                        is_kept = await recorder.record(AnswerRecord(asked, started, event))
                        yield replace(event, recorded=is_kept)
                        continue
                yield event


def _log_withheld(finished: Finished, recipe: Recipe, *, with_text: bool) -> None:
    """Log that the reader does not see some sentences. Their text is in what is kept of the answer."""
    for sentence in finished.withheld:
        text = f": {' '.join(sentence.text.split())}" if with_text else ""
        _log.warning(
            "grounding policy %s withheld a sentence (%s)%s", recipe.grounding, ", ".join(sentence.reasons), text
        )


async def _begin(events: AsyncGenerator[AnswerEvent, None], model_id: str, asked: Asked) -> Envelope:
    """Take the first event. Raises what the answer path raises before the first word."""
    started = await anext(events)
    if not isinstance(started, Started):
        raise TypeError(f"an answer began with {type(started).__name__}")
    return Envelope(model_id, asked.recipe.name, started, asked.conversation_id, asked.arm)


async def _complete(events: AsyncGenerator[AnswerEvent, None], model_id: str, asked: Asked) -> ChatCompletion:
    async with aclosing(events):
        envelope = await _begin(events, model_id, asked)
        completion = None
        # To the end: a generator that is closed before it counts as an answer whose client went away.
        async for event in events:
            if isinstance(event, Finished):
                completion = envelope.completion(event)
    if completion is None:
        raise TypeError("an answer ended without Finished")
    return completion


async def _stream(
    events: AsyncGenerator[AnswerEvent, None],
    model_id: str,
    asked: Asked,
    *,
    include_usage: bool,
) -> AsyncIterator[bytes]:
    """Yield the events as server-sent events. An error becomes an event, since the status has been sent."""
    try:
        async with aclosing(events):
            envelope = await _begin(events, model_id, asked)
            yield envelope.first()
            async for event in events:
                if isinstance(event, TextDelta):
                    yield envelope.text(event)
                elif isinstance(event, Finished):
                    yield envelope.last(event)
                    if include_usage:
                        yield envelope.usage(event)
    except GroundworkError as error:
        _log.warning("a stream ended with an error: %s", error)
        yield sse_event(error_body(error, asked.principal))
    except Exception as error:
        # Without this the stream would end without a word.
        yield sse_event(unexpected_body(error, "/v1/chat/completions"))
    yield DONE
