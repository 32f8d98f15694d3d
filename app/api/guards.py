"""What every request passes: a limit on bodies, headers for browsers, and the request counter.

Plain ASGI, because a wrapping response would hide from a stream that its reader has gone away.
"""

from __future__ import annotations

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import error_body
from app.service.metrics import Metrics
from core.errors import TooLarge
from ingest.parse import MAX_BYTES

MAX_JSON_BYTES = 8_000_000
_FRAME_BYTES = 1 << 20
"""Room for the frame of a multipart body around the largest document."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
}


class Guard:
    """ASGI middleware around the application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a body that is too large; else pass the request on, and count it by its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                self._metrics.request(route, message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (_refusal(Headers(scope=scope)) or self._app)(scope, receive, send_guarded)


def _refusal(headers: Headers) -> ASGIApp | None:
    """The answer to a body whose announced length is over the limit; such a body is not read at all."""
    length = headers.get("content-length", "0")
    is_upload = headers.get("content-type", "").startswith("multipart/")
    limit = MAX_BYTES + _FRAME_BYTES if is_upload else MAX_JSON_BYTES
    if not length.isdigit() or int(length) <= limit:
        return None
    error = TooLarge(f"The body has {int(length):,} bytes; at most {limit:,} are read.", code="too_large")
    return JSONResponse(error_body(error), status_code=error.status)
