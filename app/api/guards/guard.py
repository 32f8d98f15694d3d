"""The guards around the application, in order, and the headers and the count of every response."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.access import Access
from app.access.audit import ACTIONS, act_of
from app.api.callers import audit_target, keep_principal, kept_principal
from app.api.errors import error_body, error_headers, unexpected_response
from app.api.guards.addresses import address_of
from app.api.guards.administration import refused_administration
from app.api.guards.bodies import LimitedBody, body_limit, check_announced_length, too_large
from app.api.guards.cors import SESSION_PATH, add_cors_headers, preflight_response, reader_of_errors
from app.api.guards.hosts import check_host
from app.api.guards.origins import check_origin
from app.api.guards.principals import establish_principal
from app.api.mcp.sign_in import MCP_PATH, challenge
from app.service.metrics import Metrics
from app.service.principals import NOBODY, Principal, is_public, scope_of
from app.service.rate_limits import Rate, address_group
from app.service.widget.sites import Sites
from core.errors import RateLimited, RequestError
from core.settings import Settings

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_JOBS = "/v1/ingest/jobs/"
_log = logging.getLogger("groundwork")


class Guard:
    """ASGI middleware around the application."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        settings: Settings,
        sites: Sites,
        access: Access,
        principal: Principal | None = None,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._settings = settings
        self._sites = sites
        self._principal = principal
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an acceptable request on, with a limit on its body; answer any other one with the error."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        response = _Response(scope, send, self._metrics, self._sites, self._access)
        headers = Headers(scope=scope)
        try:
            check_host(headers, scope["http_version"], self._settings)
            response.reader = reader_of_errors(scope["path"], headers, self._sites)
            preflight = preflight_response(scope["method"], scope["path"], headers, self._sites)
            if preflight is not None:
                await preflight(scope, receive, response)
                return
            await self._check_caller(scope, headers, response)
            limit = body_limit(scope, headers)
            check_announced_length(headers, limit)
            await self._pass_on(scope, receive, response, limit)
        except RequestError as error:
            _log.warning(
                "refused %s %.100a from %s: %s", scope["method"], scope["path"], address_of(scope) or "nowhere", error
            )
            page = refused_administration(scope, headers, error)
            refusal = page or _refusal(error, kept_principal(scope) or NOBODY)
            if "WWW-Authenticate" in refusal.headers:
                refusal.headers["WWW-Authenticate"] += challenge(self._access.settings, scope["path"], error)
            await refusal(scope, receive, response)
        except Exception as error:
            if response.started:
                raise
            await unexpected_response(error, scope["path"])(scope, receive, response)

    async def _check_caller(self, scope: Scope, headers: Headers, response: _Response) -> None:
        """Establish the principal, and check its origin and its limits. Raises RequestError for one that is refused."""
        if self._principal is not None:
            keep_principal(scope, self._principal)
            return
        principal = await establish_principal(scope, headers, self._sites, self._access)
        if principal.kind == "widget":
            await self._sites.admit(principal, scope_of(scope["method"], scope["path"]), address_of(scope))
        elif scope["path"] != SESSION_PATH:
            # The session's own route compares the origin with those of one site.
            check_origin(scope["method"], headers, self._settings)
            response.reader = None
            await self._admit(principal, scope)

    async def _admit(self, principal: Principal, scope: Scope) -> None:
        """Count a request of a key or a user. Raises RateLimited; other principals are not limited here."""
        if principal.kind not in ("key", "user") or not _is_counted(scope["method"], scope["path"]):
            return
        limits = self._access.settings
        rates = [
            Rate(("caller", principal.id or ""), limits.caller_per_minute),
            Rate(("address", address_group(address_of(scope))), limits.address_per_minute),
        ]
        rates = [rate for rate in rates if rate.per_minute > 0]
        refused = await self._access.limiter.admit(rates) if rates else None
        if refused is None:
            return
        rate, seconds = refused
        self._metrics.rate_limited("", rate.key[0])
        _log.warning("the limit '%s' of %d a minute was reached by %s", rate.key[0], rate.per_minute, rate.key[-1])
        what = "a key or user" if rate.key[0] == "caller" else "an address"
        raise RateLimited(
            f"Too many requests: {what} is limited to {rate.per_minute} a minute. Ask again in {seconds} s.",
            retry_after=seconds,
        )

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
    """Sends a response with the headers for browsers, counts it, and records administrative acts."""

    def __init__(self, scope: Scope, send: Send, metrics: Metrics, sites: Sites, access: Access) -> None:
        self._scope = scope
        self._send = send
        self._metrics = metrics
        self._sites = sites
        self._access = access
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
            if not self._access.settings.is_open and self._scope["path"].startswith("/v1/"):
                # What one principal may read is not for the next one at the same browser or proxy.
                headers.setdefault("Cache-Control", "no-store")
            add_cors_headers(headers, self._scope["path"], self.reader, self._sites)
            await self._record(message["status"])
        await self._send(message)

    async def _record(self, status: int) -> None:
        """Write an administrative act into the audit log, before its response is sent."""
        method, path = self._scope["method"], self._scope["path"]
        reads = method in _SAFE_METHODS and (method, path) not in ACTIONS
        if reads or is_public(method, path) or scope_of(method, path) not in ("ingest", "manage"):
            return
        principal = kept_principal(self._scope) or NOBODY
        if principal == NOBODY:
            # Refused, and by whom is not known: strangers do not fill the database. The process's log has it.
            return
        route = getattr(self._scope.get("route"), "path", None)
        action = ACTIONS.get((method, route or path), f"{method} {route or path}"[:200])
        act = act_of(
            principal,
            datetime.now(UTC),
            address_of(self._scope),
            action,
            audit_target(self._scope),
            status,
        )
        await self._access.audit.add(act)


def _is_counted(method: str, path: str) -> bool:
    """Return whether a request counts for the limits: not what a page or a monitor asks for again and again.

    A message of MCP does not count, but the requests that its tool makes do.
    """
    if is_public(method, path) or path.startswith(_JOBS) or path == MCP_PATH:
        return False
    return scope_of(method, path) not in ("configuration", "metrics")


def _refusal(error: RequestError, principal: Principal) -> JSONResponse:
    # The body is not read (further), so no other request can follow on the connection.
    headers = {"Connection": "close", **error_headers(error)}
    return JSONResponse(error_body(error, principal).model_dump(), status_code=error.status, headers=headers)
