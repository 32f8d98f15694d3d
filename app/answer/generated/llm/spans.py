"""The span of a call of the model, by OpenTelemetry's semantic conventions for generative AI.

The names are those of https://github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai/gen-ai-spans.md, in
November 2026, which are still in development. `gen_ai.provider.name` is the API that is spoken, as the conventions ask
for; the server is `server.address`.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from urllib.parse import urlsplit

from app.answer.generated.llm.protocol import Delta, Ended
from core.recipe import Recipe
from core.tracing import Span, Value, current_span, spanned
from core.types import Message

_DEFAULT_PORTS = {"http": 80, "https": 443}


def traced_call(
    pieces: AsyncGenerator[Delta | Ended, None],
    base_url: str,
    model: str | None,
    messages: Sequence[Message],
    recipe: Recipe,
) -> AsyncGenerator[Delta | Ended, None]:
    """Return the pieces of a model's answer within a span, if the current span is recorded.

    `model` is the name that is asked for; None where the server has not been asked yet which ones it serves.
    """
    if not current_span().is_recording:
        return pieces
    attributes = {**_request(model, recipe), **_server(base_url)}

    def begin() -> Span:
        return current_span().child(f"chat {model}" if model else "chat", "client", attributes)

    return spanned(begin, _observed(pieces, messages))


async def _observed(
    pieces: AsyncGenerator[Delta | Ended, None], messages: Sequence[Message]
) -> AsyncGenerator[Delta | Ended, None]:
    """Yield the pieces, and set on the current span what they say."""
    span, began = current_span(), time.perf_counter()
    if span.includes_text:
        span.set("gen_ai.input.messages", json.dumps([_parts(one.role, one.content) for one in messages]))
    texts: list[str] = []
    is_first = True
    async for piece in pieces:
        if is_first:
            span.set("gen_ai.response.time_to_first_chunk", time.perf_counter() - began)
            is_first = False
        if isinstance(piece, Ended):
            _set_end(span, piece)
            if span.includes_text:
                output = {**_parts("assistant", "".join(texts)), "finish_reason": piece.reason}
                span.set("gen_ai.output.messages", json.dumps([output]))
        elif span.includes_text:
            texts.append(piece.text)
        yield piece


def _request(model: str | None, recipe: Recipe) -> dict[str, Value]:
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.stream": True,
        "gen_ai.request.temperature": recipe.temperature,
        "gen_ai.request.max_tokens": recipe.max_tokens,
    }
    return {**attributes, "gen_ai.request.model": model} if model else attributes


def _server(base_url: str) -> dict[str, Value]:
    parts = urlsplit(base_url)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    return {"server.address": parts.hostname or "", "server.port": port}


def _set_end(span: Span, ended: Ended) -> None:
    span.set("gen_ai.response.model", ended.model)
    span.set("gen_ai.response.finish_reasons", [ended.reason])
    span.set("gen_ai.usage.input_tokens", ended.prompt_tokens)
    span.set("gen_ai.usage.output_tokens", ended.completion_tokens)


def _parts(role: str, text: str) -> Mapping[str, object]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}
