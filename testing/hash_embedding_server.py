"""The hash embedder behind OpenAI's `/v1/embeddings`, so that a process of its own starts without loading a model."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from testing.hash_embedder import HashEmbedder

_EMBEDDER = HashEmbedder(128)
_LONGEST_PAUSE_SECONDS = 60.0


@dataclass
class HashEmbeddingServer:
    """`url` is the value for EMBEDDING_BASE_URL. `paused_after` requests are answered, later ones wait for `resume`."""

    url: str
    paused_after: float = math.inf
    _resumed: threading.Event = field(default_factory=threading.Event)

    def pause_after(self, requests: int) -> None:
        """Answer so many requests more, then none until `resume`."""
        self._resumed.clear()
        self.paused_after = requests

    def resume(self) -> None:
        """Answer every request, those that wait included."""
        self.paused_after = math.inf
        self._resumed.set()

    def wait_for_turn(self) -> None:
        """Return when the next request is to be answered."""
        self.paused_after -= 1
        if self.paused_after < 0:
            self._resumed.wait(_LONGEST_PAUSE_SECONDS)


@contextmanager
def running_embedding_server() -> Iterator[HashEmbeddingServer]:
    """Run the server until the end of the block."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    server = HashEmbeddingServer(f"http://127.0.0.1:{http.server_address[1]}/v1")
    http.turns = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.resume()
        http.shutdown()
        thread.join()
        http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.turns.wait_for_turn()  # type: ignore[attr-defined]
        rows = _EMBEDDER.embed(asked["input"]).tolist()
        data = [{"index": number, "embedding": row} for number, row in enumerate(rows)]
        body = json.dumps({"object": "list", "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # the test ended the process that asked
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""
