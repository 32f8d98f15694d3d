"""Requests to the service's own API on behalf of a caller of `/mcp`, with the credentials that the caller has sent.

They pass the same guards as requests from outside: who the caller is, what it may do, how often, and which documents
it may read are decided there for the tools as for everybody else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
from starlette.types import ASGIApp, Scope

from app.api.guards.addresses import PEER, peer_of
from app.api.guards.principals import LOCAL_TOKEN
from app.api.telemetry import REQUEST_ID_HEADER
from app.client import TIMEOUT, Client
from app.in_process import InProcessTransport
from app.mcp.api import Context
from core.access import AccessSettings
from core.logs import log_context
from core.tracing import current_span


class OwnApi:
    """Connects a message of a caller to the service's application."""

    def __init__(self, app: ASGIApp, access: AccessSettings) -> None:
        self._app = app
        names = ("authorization", "cookie", LOCAL_TOKEN, access.user_header, access.groups_header)
        self._credentials = frozenset(name.lower().encode() for name in names)

    @asynccontextmanager
    async def connect(self, context: Context) -> AsyncIterator[Client]:
        """Give the API as the caller of the message may use it. Headers are passed on as they came, also twice."""
        scope: Scope = context.request.scope  # type: ignore[union-attr]
        sent = [(name, value) for name, value in scope["headers"] if name.lower() in self._credentials]
        transport = InProcessTransport(self._app, {"client": scope.get("client"), PEER: peer_of(scope)})
        url = f"{scope.get('scheme', 'http')}://localhost"
        headers = [*sent, *((name.encode(), value.encode()) for name, value in _ids().items())]
        async with httpx2.AsyncClient(transport=transport, base_url=url, timeout=TIMEOUT, headers=headers) as http:
            yield Client(http, "this process")


def _ids() -> Mapping[str, str]:
    """Return the headers by which the log and the trace of the request belong to those of the message."""
    request_id = log_context().request_id
    return {**({REQUEST_ID_HEADER: request_id} if request_id else {}), **current_span().headers()}
