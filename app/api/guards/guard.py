"""The guards around the application, in order, and the headers and the count of every response."""

from __future__ import annotations

import logging

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.callers import keep_principal
from app.api.errors import error_body, error_headers, unexpected_response
from app.api.guards.addresses import address_of
from app.api.guards.bodies import LimitedBody, body_limit, check_announced_length, too_large
from app.api.guards.cors import SESSION_PATH, add_cors_headers, preflight_response, reader_of_errors
from app.api.guards.hosts import check_host
from app.api.guards.origins import check_origin
from app.api.guards.principals import establish_principal
from app.service.metrics import Metrics
from app.service.principals import Principal, scope_of
from app.service.widget.sites import Sites
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

    def __init__(
        self, app: ASGIApp, metrics: Metrics, settings: Settings, sites: Sites, principal: Principal | None = None
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._settings = settings
        self._sites = sites
        self._principal = principal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an acceptable request on, with a limit on its body; answer any other one with the error."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        response = _Response(scope, send, self._metrics, self._sites)
        headers = Headers(scope=scope)
        try:
            check_host(headers, scope["http_version"], self._settings)
            response.reader = reader_of_errors(scope["path"], headers, self._sites)
            preflight = preflight_response(scope["method"], scope["path"], headers, self._sites)
            if preflight is not None:
                await preflight(scope, receive, response)
                return
            self._check_caller(scope, headers, response)
            limit = body_limit(scope, headers)
            check_announced_length(headers, limit)
            await self._pass_on(scope, receive, response, limit)
        except RequestError as error:
            _log.warning("refused %s: %s", scope["method"], error)
            await _refusal(error)(scope, receive, response)
        except Exception as error:
            if response.started:
                raise
            await unexpected_response(error, scope["path"])(scope, receive, response)

    def _check_caller(self, scope: Scope, headers: Headers, response: _Response) -> None:
        """Establish the principal, and check its origin and its limits. Raises RequestError for one that is refused."""
        if self._principal is not None:
            keep_principal(scope, self._principal)
            return
        principal = establish_principal(scope, headers, self._sites)
        if principal.kind == "widget":
            self._sites.admit(principal, scope_of(scope["method"], scope["path"]), address_of(scope))
        elif scope["path"] != SESSION_PATH:
            # The session's own route compares the origin with those of one site.
            check_origin(scope["method"], headers, self._settings)
            response.reader = None

    async def _pass_on(self, scope: Scope, receive: Receive, response: _Response, limit: int) -> None:
        """Let the application answer. Raises TooLarge when the body is over the limit and nothing was answered yet."""
        body = LimitedBody(receive, limit)

        async def send(message: Message) -> None:
            # The application takes the client for disconnected; its response to that is not the answer.
            if not body.exceeded or response.started:
                await response(message)

        await self._app(scope, body, send)
        if body.exceeded and not response.started:
            raise too_large(limit)


class _Response:
    """Sends a response with the headers for browsers, and counts it by route and status."""

    def __init__(self, scope: Scope, send: Send, metrics: Metrics, sites: Sites) -> None:
        self._scope = scope
        self._send = send
        self._metrics = metrics
        self._sites = sites
        self.started = False
        self.reader: str | None = None
        """The other origin whose pages may read the response."""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._metrics.request(getattr(self._scope.get("route"), "path", "none"), message["status"])
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            add_cors_headers(headers, self._scope["path"], self.reader, self._sites)
        await self._send(message)


def _refusal(error: RequestError) -> JSONResponse:
    # The body is not read (further), so no other request can follow on the connection.
    headers = {"Connection": "close", **error_headers(error)}
    return JSONResponse(error_body(error).model_dump(), status_code=error.status, headers=headers)
