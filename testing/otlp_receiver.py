"""A collector that takes traces by OTLP over HTTP, decodes them, and misbehaves on demand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class ReceivedSpan:
    """A span as it was received. `seconds` is its length; `kind` and `status` are the numbers of the protocol."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    status: int
    seconds: float
    attributes: Mapping[str, Any]


class OtlpReceiver:
    """A running collector. `bodies` has the requests as they came, `headers` theirs, `resource` the last attributes.

    While `stalls` is set, no request is answered.
    """

    def __init__(self) -> None:
        self.spans: list[ReceivedSpan] = []
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []
        self.paths: list[str] = []
        self.resource: dict[str, Any] = {}
        self.stalls = threading.Event()
        owner = self

        class Handler(_Handler):
            receiver = owner

        self._http = _Server(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        """The value for OTEL_EXPORTER_OTLP_ENDPOINT."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> None:
        """Listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self.stalls.clear()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def wait_for(self, wanted: Callable[[ReceivedSpan], bool]) -> ReceivedSpan:
        """Return the newest span of this kind; wait for it where there is none yet."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if (found := next((span for span in reversed(self.spans) if wanted(span)), None)) is not None:
                return found
            time.sleep(0.02)
        raise AssertionError(f"no such span among {[(span.name, dict(span.attributes)) for span in self.spans]}")

    def trace(self, trace_id: str, root: str) -> dict[str, list[ReceivedSpan]]:
        """Return the spans of a trace by their names, when that of its root has come, which ends last."""
        self.wait_for(lambda span: span.trace_id == trace_id and span.name == root)
        names: dict[str, list[ReceivedSpan]] = {}
        for span in self.spans:
            if span.trace_id == trace_id:
                names.setdefault(span.name, []).append(span)
        return names

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep the spans of a request."""
        request = ExportTraceServiceRequest.FromString(body)
        self.paths.append(path)
        self.headers.append(headers)
        self.bodies.append(body)
        for resource_spans in request.resource_spans:
            self.resource = _attributes(resource_spans.resource.attributes)
            for scope_spans in resource_spans.scope_spans:
                self.spans += [_received(span) for span in scope_spans.spans]


@contextmanager
def running_otlp_receiver() -> Iterator[OtlpReceiver]:
    """A collector for the length of a block."""
    receiver = OtlpReceiver()
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that end while they wait."""


class _Handler(BaseHTTPRequestHandler):
    receiver: OtlpReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        while self.receiver.stalls.is_set():
            time.sleep(0.02)
        self.receiver.receive(self.path, dict(self.headers.items()), body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


def _received(span: Any) -> ReceivedSpan:
    return ReceivedSpan(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        kind=span.kind,
        status=span.status.code,
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        attributes=_attributes(span.attributes),
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind)
