"""A real HTTP server with the `/v1/embeddings` of the OpenAI API, which misbehaves on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from testing.listening import listening

Rows = list[dict[str, Any]]
Misbehave = Callable[[Rows], Any]


@dataclass
class EmbeddingServer:
    """`requests` are the bodies that came in. `misbehave` changes the rows of the answer; `status` its status."""

    base_url: str = ""
    misbehave: Misbehave = lambda rows: rows
    status: int = 200
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def answer(self, body: dict[str, Any], key: str | None) -> bytes:
        """The letters a, b and c of each text, counted: different texts have different vectors."""
        self.requests.append(body)
        self.keys.append(key)
        rows = [
            {"index": index, "embedding": [float(text.count(letter)) for letter in "abc"]}
            for index, text in enumerate(body["input"])
        ]
        return json.dumps({"data": self.misbehave(rows)}).encode()


@contextmanager
def embedding_server() -> Iterator[EmbeddingServer]:
    """Serve on a free port of this machine until the block ends."""
    server = EmbeddingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            content = server.answer(body, self.headers.get("Authorization"))
            self.send_response(server.status if self.path == "/v1/embeddings" else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Silent: the test reads `requests`."""

    with listening(Handler) as url:
        server.base_url = f"{url}/v1"
        yield server
