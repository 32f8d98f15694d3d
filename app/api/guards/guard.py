"""The guards around the application, in order, and the headers and the count of every response."""

from __future__ import annotations

import logging

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import error_body
from app.api.guards.bodies import LimitedBody, body_limit, check_announced_length, too_large
from app.api.guards.hosts import check_host
from app.api.guards.origins import check_origin
from app.service.metrics import Metrics
from core.errors import RequestError
from core.settings import Settings

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
}
_log = logging.getLogger("groundwork")


class Guard:
    """ASGI middleware around the application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, settings: Settings) -> None:
        self._app = app
        self._metrics = metrics
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an acceptable request on, with a limit on its body; answer any other one with the error."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        response = _Response(scope, send, self._metrics)
        headers = Headers(scope=scope)
        try:
            check_host(headers, scope["http_version"], self._settings)
            check_origin(scope["method"], headers, self._settings)
            limit = body_limit(scope, headers)
            check_announced_length(headers, limit)
            await self._pass_on(scope, receive, response, limit)
        except RequestError as error:
            _log.warning("refused %s: %s", scope["method"], error)
            await _refusal(error)(scope, receive, response)

    async def _pass_on(self, scope: Scope, receive: Receive, response: _Response, limit: int) -> None:
        """Let the application answer. Raises TooLarge when the body is over the limit and nothing was answered yet."""
        body = LimitedBody(receive, limit)

        async def send(message: Message) -> None:
            # What the application says of a client that seems to have gone is not the answer.
            if not body.exceeded or response.started:
                await response(message)

        await self._app(scope, body, send)
        if body.exceeded and not response.started:
            raise too_large(limit)


class _Response:
    """Sends a response with the headers for browsers, and counts it by route and status."""

    def __init__(self, scope: Scope, send: Send, metrics: Metrics) -> None:
        self._scope = scope
        self._send = send
        self._metrics = metrics
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._metrics.request(getattr(self._scope.get("route"), "path", "none"), message["status"])
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _refusal(error: RequestError) -> JSONResponse:
    # The body is not read (further), so no other request can follow on the connection.
    return JSONResponse(error_body(error).model_dump(), status_code=error.status, headers={"Connection": "close"})
