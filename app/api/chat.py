"""`/v1/chat/completions` and `/v1/models`: OpenAI's API, with the field `groundwork` beside OpenAI's own."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from app.answer.events import AnswerEvent, Finished, Started, TextDelta
from app.answer.pipeline import answer
from app.answer.types import citation
from app.api.errors import error_body, unexpected_body
from app.api.schemas import ChatRequest
from app.service.service import MODEL_ID, Service
from core.errors import GroundworkError
from core.recipe import Recipe

_HEARTBEAT_SECONDS = 10
_log = logging.getLogger("groundwork")


def chat_routes(service: Service) -> APIRouter:
    """The routes over a service."""
    routes = APIRouter()

    @routes.get("/v1/models")
    def models() -> dict[str, Any]:
        """The recipes, as models."""
        return {
            "object": "list",
            "data": [
                {"id": name, "object": "model", "created": 0, "owned_by": "groundwork"} for name in service.model_ids()
            ],
        }

    @routes.post("/v1/chat/completions", response_model=None)
    async def chat(request: ChatRequest) -> Response:
        """Answer the last message, with citations and grounding."""
        recipe = _tuned(service.recipe(request.model), request)
        question = request.question()
        events = _counted(answer(question, recipe, service.answerer()), recipe, service)
        envelope = _Envelope(request.model or MODEL_ID, recipe.name)
        if request.stream:
            usage = request.stream_options is not None and request.stream_options.include_usage
            return EventSourceResponse(
                _stream(events, envelope, include_usage=usage), ping=_HEARTBEAT_SECONDS, sep="\n"
            )
        return JSONResponse(await _collect(events, envelope))

    return routes


def _tuned(recipe: Recipe, request: ChatRequest) -> Recipe:
    """The recipe with what the request says otherwise."""
    max_tokens = request.max_completion_tokens or request.max_tokens
    wishes = {"temperature": request.temperature, "max_tokens": max_tokens, "top_k": request.top_k}
    return replace(recipe, **{name: value for name, value in wishes.items() if value is not None})  # type: ignore[arg-type]


async def _counted(
    events: AsyncGenerator[AnswerEvent, None], recipe: Recipe, service: Service
) -> AsyncGenerator[AnswerEvent, None]:
    """Pass the events through and record the finished answer."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                service.metrics.answer(event, recipe, await _model_of(event, service))
                _log_withheld(event, recipe)
            yield event


def _log_withheld(finished: Finished, recipe: Recipe) -> None:
    """Whoever runs the service can read what a reader was not shown."""
    for sentence in finished.withheld:
        text = " ".join(sentence.text.split())
        _log.warning("grounding policy %s kept back (%s): %s", recipe.grounding, ", ".join(sentence.reasons), text)


async def _model_of(finished: Finished, service: Service) -> str:
    """Which model wrote the answer. A server that is down is not asked once more."""
    if finished.mode == "extractive":
        return "extractive"
    return (await service.model_state()).name or "unknown"


class _Envelope:
    """Events in OpenAI's words."""

    def __init__(self, model: str, recipe: str) -> None:
        self._model = model
        self._recipe = recipe
        self._created = int(time.time())
        self._started: Started | None = None

    def first(self, started: Started) -> dict[str, Any]:
        self._started = started
        extra = {
            "answer_id": started.answer_id,
            "mode": started.mode,
            "passages": [citation(passage) for passage in started.passages],
            "recipe": self._recipe,
            "arm": None,
        }
        return self._chunk({"role": "assistant", "content": ""}, groundwork=extra)

    def words(self, words: TextDelta) -> dict[str, Any]:
        return self._chunk({"content": words.text})

    def last(self, finished: Finished) -> dict[str, Any]:
        return self._chunk({}, finish_reason=finished.finish_reason, groundwork=self._verdict(finished))

    def usage(self, finished: Finished) -> dict[str, Any]:
        return {**self._chunk({}), "choices": [], "usage": _usage(finished)}

    def completion(self, finished: Finished) -> dict[str, Any]:
        passages = self._started.passages if self._started else ()
        return {
            **self._frame("chat.completion"),
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": finished.text},
                    "finish_reason": finished.finish_reason,
                }
            ],
            "usage": _usage(finished),
            "groundwork": {**self._verdict(finished), "passages": [citation(passage) for passage in passages]},
        }

    def _verdict(self, finished: Finished) -> dict[str, Any]:
        return {
            "answer_id": self._answer_id,
            "mode": finished.mode,
            "degraded": finished.degraded,
            "refused": finished.refused,
            "citations": [citation(passage) for passage in finished.cited],
            "grounding": finished.grounding.to_dict() if finished.grounding else None,
            # Without the text: it is what the reader is to be spared.
            "withheld": [{"reasons": list(sentence.reasons)} for sentence in finished.withheld],
            "retried": finished.retried,
            "recipe": self._recipe,
            "arm": None,
            "timings_ms": dict(finished.timings_ms),
        }

    def _chunk(
        self, delta: dict[str, Any], finish_reason: str | None = None, groundwork: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        chunk = {
            **self._frame("chat.completion.chunk"),
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
        }
        return {**chunk, "groundwork": groundwork} if groundwork is not None else chunk

    def _frame(self, kind: str) -> dict[str, Any]:
        return {"id": self._answer_id, "object": kind, "created": self._created, "model": self._model}

    @property
    def _answer_id(self) -> str:
        return self._started.answer_id if self._started else ""


def _usage(finished: Finished) -> dict[str, int]:
    return {
        "prompt_tokens": finished.prompt_tokens,
        "completion_tokens": finished.completion_tokens,
        "total_tokens": finished.prompt_tokens + finished.completion_tokens,
    }


async def _collect(events: AsyncIterator[AnswerEvent], envelope: _Envelope) -> dict[str, Any]:
    body: dict[str, Any] = {}
    async for event in events:
        if isinstance(event, Started):
            envelope.first(event)
        elif isinstance(event, Finished):
            body = envelope.completion(event)
    return body


async def _stream(
    events: AsyncGenerator[AnswerEvent, None], envelope: _Envelope, *, include_usage: bool
) -> AsyncIterator[ServerSentEvent]:
    """The events as server-sent events; an error after the first one travels in the stream."""
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Started):
                    yield _sse(envelope.first(event))
                elif isinstance(event, TextDelta):
                    yield _sse(envelope.words(event))
                else:
                    yield _sse(envelope.last(event))
                    if include_usage:
                        yield _sse(envelope.usage(event))
    except GroundworkError as error:
        yield _sse(error_body(error))
    except Exception as error:
        # The status was sent long ago; without this the stream would just stop.
        yield _sse(unexpected_body(error, "/v1/chat/completions"))
    yield ServerSentEvent(data="[DONE]", sep="\n")


def _sse(body: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(data=json.dumps(body, ensure_ascii=False), sep="\n")
