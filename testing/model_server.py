"""A server that speaks OpenAI's streaming API over real sockets, and misbehaves on demand.

It answers as its `script` says. `requests` has the questions that it received, `traceparents` and `sessions` (from
`X-Session-ID`) those headers of each, `listed` the number of times that its models were listed, `counted` the paths at
which its counters were read, `tokenized` the texts whose tokens it counted and `tokenizers` the models by which it did.
`left` is set when a client goes away before the answer is complete.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from testing.listening import Listener

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Script:
    """What the server does.

    models         names in the list; a question for another model is a 404
    adapters       names listed behind them, with the first of them as `parent` and no context, as vLLM lists them
    pieces         deltas of the answer
    finish_reason  of the last chunk; None: the stream ends without one
    status         other than 200: answered at once, with `error` as the body and these `headers`
    stall_after    waits after so many pieces until the client goes away or `go_on` is set
    die_after      cuts the connection after so many pieces
    in_band_error  sent as the last event in place of the end
    body           sent as it stands in place of the stream
    listing        sent as it stands in place of the list of models
    context        `max_model_len` of the listed models, as vLLM gives it; None: not given
    owner          `owned_by` of the listed models; vLLM says "vllm"
    tokenizes      answers `/tokenize` as vLLM does, with a token for each word; `tokenized` has the texts
    tokenizing_s   seconds after which it does
    is_hung        answers no request of any kind, until the client goes away or `go_on` is set
    then           what the server does the next time; None: the same again
    """

    models: tuple[str, ...] = ("tiny",)
    adapters: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ("Every colleague has 25 days of annual leave a year [1].",)
    finish_reason: str | None = "stop"
    prompt_tokens: int = 120
    completion_tokens: int = 12
    status: int = 200
    error: dict[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    stall_after: int | None = None
    die_after: int | None = None
    in_band_error: dict[str, Any] | None = None
    body: bytes | None = None
    listing: bytes | None = None
    context: int | None = None
    owner: str = "tests"
    tokenizes: bool = False
    tokenizing_s: float = 0.0
    is_hung: bool = False
    then: Script | None = None


@dataclass(frozen=True)
class Busy:
    """vLLM's counters of a server on which `waiting` requests wait and `begun` first tokens come a second.

    `by_name` False: several servers of the API, whose common registry knows no names to choose by.
    """

    waiting: int = 0
    begun: float = 0.0
    reading: float = 0.1
    by_name: bool = True

    def exposition(self, seconds: float) -> bytes:
        """As vLLM 0.32 writes it, so many seconds after its start."""
        labels, begun = '{engine="0",model_name="tiny"}', self.begun * seconds
        lines = [
            "# TYPE vllm:num_requests_waiting gauge",
            f"vllm:num_requests_waiting{labels} {self.waiting}",
            "# TYPE vllm:time_to_first_token_seconds histogram",
            f"vllm:time_to_first_token_seconds_sum{labels} {begun * self.reading}",
            f"vllm:time_to_first_token_seconds_count{labels} {begun}",
            f"vllm:request_prefill_time_seconds_sum{labels} {begun * self.reading}",
            f"vllm:request_prefill_time_seconds_count{labels} {begun}",
        ]
        return "\n".join([*lines, ""]).encode()

    def answer(self, path: str, seconds: float) -> bytes:
        """To `/metrics`, all; to `/metrics/?name[]=…`, what was named."""
        if path == "/metrics":
            return self.exposition(seconds)
        named = parse_qs(urlsplit(path).query).get("name[]", []) if self.by_name else []
        lines = self.exposition(seconds).splitlines(keepends=True)
        return b"".join(line for line in lines if line.split(b"{")[0].decode() in named)


class ModelServer:
    """A running server. Change `script` between requests; `busy` None: it has no counters of vLLM's.

    `choose` gives the script of a question by its body, where the order of several at once is not known.
    """

    def __init__(self) -> None:
        self.script = Script()
        self.choose: Callable[[dict[str, Any]], Script] | None = None
        self.busy: Busy | None = None
        self.began = time.monotonic()
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.traceparents: list[str | None] = []
        self.sessions: list[str | None] = []
        self.counted: list[str] = []
        self.tokenized: list[str] = []
        self.tokenizers: list[str] = []
        self.listed = 0
        self.left = threading.Event()
        self.stalling = threading.Event()
        self.go_on = threading.Event()
        owner = self

        class Handler(_Handler):
            server_of_models = owner

        self._listener = Listener(Handler)

    @property
    def url(self) -> str:
        """The value for LLM_BASE_URL."""
        return f"http://127.0.0.1:{self._listener.port}/v1"

    def reset(self) -> None:
        """Forget everything, and follow the default script."""
        self.script = Script()
        self.choose = None
        self.busy = None
        self.requests.clear()
        self.keys.clear()
        self.traceparents.clear()
        self.sessions.clear()
        self.counted.clear()
        self.tokenized.clear()
        self.tokenizers.clear()
        self.listed = 0
        for event in (self.left, self.stalling, self.go_on):
            event.clear()

    def start(self) -> None:
        """Listen, after `stop` on the port that was used before."""
        self._listener.start()

    def stop(self) -> None:
        """Stop listening and cut the open connections: the next one is refused."""
        self.go_on.set()
        self._listener.kill()


@contextmanager
def running_model_server() -> Iterator[ModelServer]:
    """A server for the length of a block."""
    server = ModelServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of_models: ModelServer
    _model = ""

    def do_GET(self) -> None:
        owner, script = self.server_of_models, self.server_of_models.script
        if script.is_hung and self._client_leaves(owner):
            self.close_connection = True
            return
        if self.path.startswith("/metrics"):
            owner.counted.append(self.path.partition("?")[0])
            counters = owner.busy.answer(self.path, time.monotonic() - owner.began) if owner.busy else b"{}"
            self._answer(200 if owner.busy else 404, counters)
            return
        owner.keys.append(self.headers["Authorization"])
        owner.listed += 1
        if script.status != 200:
            self._answer(script.status, json.dumps(script.error).encode())
        elif script.listing is not None:
            self._answer(200, script.listing)
        else:
            length = {} if script.context is None else {"max_model_len": script.context}
            listed = {"object": "model", "created": 0, "owned_by": script.owner}
            data = [{"id": name, **listed, **length} for name in script.models]
            data += [{"id": name, **listed, "parent": script.models[0]} for name in script.adapters]
            self._answer(200, json.dumps({"object": "list", "data": data}).encode())

    def do_POST(self) -> None:
        owner, script = self.server_of_models, self.server_of_models.script
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if script.is_hung and self._client_leaves(owner):
            self.close_connection = True
            return
        if self.path == "/tokenize":
            asked = json.loads(body)
            text = asked["prompt"]
            owner.tokenized.append(text)
            owner.tokenizers.append(asked["model"])
            time.sleep(script.tokenizing_s)
            self._answer(200 if script.tokenizes else 404, json.dumps({"count": len(text.split())}).encode())
            return
        owner.requests.append(json.loads(body))
        owner.traceparents.append(self.headers["traceparent"])
        owner.sessions.append(self.headers["X-Session-ID"])
        owner.keys.append(self.headers["Authorization"])
        owner.script = script.then or script
        if owner.choose is not None:
            script = owner.choose(owner.requests[-1])
        if script.status != 200:
            self._answer(script.status, json.dumps(script.error).encode(), script.headers)
            return
        asked = owner.requests[-1].get("model")
        if asked not in (*script.models, *script.adapters):
            error = {"message": f"The model `{asked}` does not exist.", "type": "NotFoundError", "code": 404}
            self._answer(404, json.dumps({"error": error}).encode())
            return
        self._model = asked
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self._stream(owner, script)
        except (BrokenPipeError, ConnectionResetError):
            owner.left.set()
            self.close_connection = True

    def _stream(self, owner: ModelServer, script: Script) -> None:
        if script.body is not None:
            self._write(script.body)
            self._write(b"")
            return
        for count, piece in enumerate(script.pieces):
            if self._interrupted(owner, script, count):
                return
            self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
        if self._interrupted(owner, script, len(script.pieces)):
            return
        if script.in_band_error is not None:
            self._event({"error": script.in_band_error})
        else:
            if script.finish_reason is not None:
                self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": script.finish_reason}]})
            usage = {"prompt_tokens": script.prompt_tokens, "completion_tokens": script.completion_tokens}
            self._event({"choices": [], "usage": {**usage, "total_tokens": sum(usage.values())}})
        self._write(b"data: [DONE]\n\n")
        self._write(b"")

    def _interrupted(self, owner: ModelServer, script: Script, count: int) -> bool:
        if script.die_after == count:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return True
        if script.stall_after == count:
            owner.stalling.set()
            if self._client_leaves(owner):
                owner.left.set()
                self.close_connection = True
                return True
        return False

    def _client_leaves(self, owner: ModelServer) -> bool:
        """Wait until the client hangs up (True) or the test lets the answer go on (False)."""
        self.connection.settimeout(0.05)
        try:
            for _ in range(int(_PATIENCE_SECONDS / 0.05)):
                if owner.go_on.is_set():
                    return False
                try:
                    if self.connection.recv(1, socket.MSG_PEEK) == b"":
                        return True
                except TimeoutError:
                    continue
                except ConnectionResetError:
                    return True
            return False
        finally:
            self.connection.settimeout(None)

    def _event(self, chunk: dict[str, Any]) -> None:
        frame = {
            "id": "chat-1",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": self._model,
        }
        self._write(f"data: {json.dumps({**frame, **chunk})}\n\n".encode())

    def _write(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""
