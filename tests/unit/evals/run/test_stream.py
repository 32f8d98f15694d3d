"""A streamed answer is put together to the object of an answer without a stream."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import ServiceError
from evals.run.stream import join_chunks

PASSAGES = [{"index": 1, "text": "25 days."}]


def chunk(content: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    delta = {} if content is None else {"content": content}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "answer-1", "created": 7, "model": "groundwork", "choices": [choice], **more}


FIRST = chunk("", groundwork={"mode": "generated", "passages": PASSAGES})
LAST = chunk(finish="stop", groundwork={"mode": "extractive", "citations": [], "timings_ms": {"total": 9.0}})
USAGE = {**chunk(), "choices": [], "usage": {"completion_tokens": 2}}


def test_the_pieces_are_joined_with_the_passages_of_the_first_and_the_fields_of_the_last_chunk() -> None:
    assert join_chunks([FIRST, chunk("25 "), chunk("days"), LAST, USAGE]) == {
        "id": "answer-1",
        "object": "chat.completion",
        "created": 7,
        "model": "groundwork",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "25 days"}, "finish_reason": "stop"}],
        "usage": {"completion_tokens": 2},
        "groundwork": {"mode": "extractive", "citations": [], "timings_ms": {"total": 9.0}, "passages": PASSAGES},
    }


@pytest.mark.parametrize("chunks", [[], [FIRST], [FIRST, chunk("25")]])
def test_a_stream_without_its_finish_chunk_is_an_error(chunks: list[dict[str, Any]]) -> None:
    with pytest.raises(ServiceError, match="without its finish chunk"):
        join_chunks(chunks)
