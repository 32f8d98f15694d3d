"""Put the chunks of a streamed answer together to the object that a request without a stream is answered with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import ServiceError

Chunk = Mapping[str, Any]
"""A chunk of `/v1/chat/completions`, as in docs/api.md."""


def text_of(chunk: Chunk) -> str:
    """Return the piece of the answer that a chunk has; "" for one without."""
    return "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])


def join_chunks(chunks: Iterable[Chunk]) -> dict[str, Any]:
    """Return the whole completion. Raises ServiceError for a stream without its first or its finish chunk."""
    content, usage = "", None
    first = last = None
    reason = None
    for chunk in chunks:
        content += text_of(chunk)
        usage = chunk.get("usage") or usage
        extra = chunk.get("groundwork")
        first = first or (chunk if extra else None)
        if chunk["choices"] and chunk["choices"][0].get("finish_reason"):
            last, reason = extra, chunk["choices"][0]["finish_reason"]
    if first is None or last is None:
        raise ServiceError("The service ended a streamed answer without its finish chunk. Its log has the cause.")
    return {
        "id": first["id"],
        "object": "chat.completion",
        "created": first["created"],
        "model": first["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": reason}],
        "usage": usage,
        "groundwork": {**last, "passages": first["groundwork"]["passages"]},
    }
