from __future__ import annotations

import httpx2

from core.embedding.remote import RemoteEmbedder
from core.tracing import within
from testing.spans import RememberedSpan


def test_the_server_is_asked_within_the_trace_of_the_question() -> None:
    seen: list[str | None] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers.get("traceparent"))
        return httpx2.Response(200, json={"data": [{"index": 0, "embedding": [1.0, 0.0]}]})

    with httpx2.Client(transport=httpx2.MockTransport(answer), base_url="http://embedder/v1") as client:
        embedder = RemoteEmbedder(client, "hash", dimension=2)
        embedder.embed(["outside of a trace"])
        with within(RememberedSpan("encode", [])):
            embedder.embed(["within one"])
    assert seen == [None, "00-encode"]
