"""The proxies in front of the service, outside of every guard; for a service that listens."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.api.guards.addresses import PEER, address_of


class BehindProxies:
    """ASGI middleware around all others: reads the headers of trusted proxies and keeps the connection's address.

    uvicorn's own, on which it is built, forgets that address.
    """

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[str]) -> None:
        self._app: ASGIApp = (
            ProxyHeadersMiddleware(app, list(trusted_proxies)) if trusted_proxies else app  # type: ignore[arg-type, assignment]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        await self._app({**scope, PEER: address_of(scope)}, receive, send)
