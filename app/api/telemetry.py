"""What is known of every request: its id, its line in the log, its span, and its metrics.

This middleware is around all others, so that refused requests are seen too.
"""

from __future__ import annotations

import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.service.metrics import Metrics
from core.logs import LogContext, log_as
from core.tracing import NO_SPAN, Span, Tracer, within

REQUEST_ID_HEADER = "X-Request-Id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
"""A request id that a client may choose: it is written to logs and headers as it is."""
_UNTRACED = ("/health", "/ready", "/metrics")
"""Probes, which would be most of all traces."""


class Telemetry:
    """ASGI middleware. Of each request it gives the id to the response, the log and the trace, and measures it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracer: Tracer) -> None:
        self._app = app
        self._metrics = metrics
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and see how it ends."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        span = self._begin(scope, request_id)
        response = _Response(send, request_id)
        began = time.perf_counter()
        # For the rest of the task: uvicorn logs there what is raised after the response has begun.
        log_as(LogContext(request_id, span.trace_id))
        with self._metrics.request_in_progress(), within(span):
            try:
                await self._app(scope, receive, response)
            finally:
                route = route_of(scope)
                self._metrics.request_ended(route, time.perf_counter() - began)
                _complete(span, scope, route, response.status)

    def _begin(self, scope: Scope, request_id: str) -> Span:
        if scope["path"] in _UNTRACED:
            return NO_SPAN
        attributes = {
            "http.request.method": scope["method"],
            "url.path": scope["path"],
            "url.scheme": scope["scheme"],
            "groundwork.request_id": request_id,
        }
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        return self._tracer.begin(scope["method"], "server", attributes, headers)


class _Response:
    """Sends a response with the request id. `status` is 499 where the client was gone before there was one."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status = 499

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID_HEADER] = self._request_id
        await self._send(message)


def route_of(scope: Scope) -> str:
    """Return the template of the route that answers a request; "none" where none does."""
    template: str = getattr(scope.get("route"), "path", "none")
    return template


def _request_id(headers: Headers) -> str:
    """Return the id that the client gave where it is well-formed, else a new one."""
    given = headers.get(REQUEST_ID_HEADER, "")
    return given if _WELL_FORMED.fullmatch(given) else f"request-{uuid.uuid4().hex}"


def _complete(span: Span, scope: Scope, route: str, status: int) -> None:
    """Set what is known of a request at its end."""
    if not span.is_recording:
        return
    span.set("http.response.status_code", status)
    if route != "none":
        span.set("http.route", route)
        span.rename(f"{scope['method']} {route}")
    if status >= 500:
        span.fail(str(status))
