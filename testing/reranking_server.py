"""A real HTTP server with the `/rerank` of vLLM or of Text Embeddings Inference, which misbehaves on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal

from testing.listening import listening

Kind = Literal["vllm", "tei"]


@dataclass
class RerankingServer:
    """Scores a text by how often it has the letter a. `misbehave` changes the answer; `status` its status."""

    base_url: str = ""
    kind: Kind = "vllm"
    misbehave: Callable[[Any], Any] = lambda answer: answer
    status: int = 200
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def answer(self, body: dict[str, Any], key: str | None) -> tuple[int, bytes]:
        """Return status and body, the best text first, as both servers do."""
        self.requests.append(body)
        self.keys.append(key)
        if self.kind == "tei" and "texts" not in body:
            return 422, b"Failed to deserialize the JSON body into the target type: missing field `texts`"
        texts = body["texts" if self.kind == "tei" else "documents"]
        ranked = sorted(range(len(texts)), key=lambda index: -texts[index].count("a"))
        scores = [(index, float(texts[index].count("a"))) for index in ranked]
        if self.kind == "tei":
            content: Any = [{"index": index, "score": score} for index, score in scores]
        else:
            rows = [
                {"index": index, "document": {"text": texts[index]}, "relevance_score": score}
                for index, score in scores
            ]
            content = {"id": "rerank-1", "model": body.get("model"), "usage": {"total_tokens": 9}, "results": rows}
        return self.status, json.dumps(self.misbehave(content)).encode()


@contextmanager
def reranking_server() -> Iterator[RerankingServer]:
    """Serve on a free port of this machine until the block ends."""
    server = RerankingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, content = server.answer(body, self.headers.get("Authorization"))
            self.send_response(status if self.path == "/v1/rerank" else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Silent: the test reads `requests`."""

    with listening(Handler) as url:
        server.base_url = f"{url}/v1"
        yield server
