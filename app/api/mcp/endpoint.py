"""The transport of `/mcp`: streamable HTTP without sessions.

Every message is served by itself, on behalf of the caller whose credentials came with it: there is no session that
another caller could take over, nothing to keep for clients that have gone, and any process may answer any message. A
client that closes its connection cancels its call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.guards.bodies import MAX_JSON_BYTES
from app.service.service import Service
from core.errors import NotReady

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager


class McpEndpoint:
    """Answers the messages of clients while `running`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self, app: ASGIApp) -> AsyncIterator[None]:
        """Answer messages for the block, with the API of `app`, which this endpoint is a part of.

        The library is imported here: commands that answer a question in their own process need not wait for it.
        """
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from app.api.mcp.callers import OwnApi
        from app.mcp.server import build_server

        api = OwnApi(app, self._service.settings.access)
        server = build_server(api.connect, self._service.domain.title, self._service.metrics.tool_call)
        # Hosts and origins are the guards' matter, and so is the size of a body.
        manager = StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=MAX_JSON_BYTES)
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    def response(self) -> Response:
        """Return the response to a message. Raises NotReady in a process that does not listen."""
        if self._manager is None:
            raise NotReady("This process does not serve MCP. Start the service: groundwork serve", code="starting")
        return _Handled(self._manager)


class _Handled(Response):
    """A response that the library writes, from the body of the request on."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        super().__init__()
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        await self._manager.handle_request(scope, receive, send)
