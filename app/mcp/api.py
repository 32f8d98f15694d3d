"""What the tools need of the service: its HTTP API, on behalf of one caller."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

from mcp.server import ServerRequestContext


class Api(Protocol):
    """Requests to the service. What the caller may do and read is decided there, and nowhere else.

    Every method raises ServiceError with the service's message. See `app.client.Client`.
    """

    async def get(self, path: str) -> dict[str, Any]:
        """Return the JSON object of a path."""
        ...

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Post a JSON object and return that of the response."""
        ...

    def stream(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Post a JSON object and yield that of each event of the response. Closed before its end, it is cancelled."""
        ...


Context: TypeAlias = ServerRequestContext[Any, Any]
Connect: TypeAlias = Callable[[Context], AbstractAsyncContextManager[Api]]
"""Gives the service as the caller of a message may use it, for the time of a block."""
Report: TypeAlias = Callable[[float, str], Awaitable[None]]
"""Reports to the client how far a call is: a number that grows, and a line."""
