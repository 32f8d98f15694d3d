"""The API of the service of this machine, for a program that runs for hours and asks now and then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from typing import Any, TypeAlias

from app.client import Client
from core.errors import IndexLocked, ServiceUnreachable

_IDLE_SECONDS = 10.0
"""Chosen: the calls of one answer of an assistant share a connection; then other commands can have the index."""
_WAIT_SECONDS = 20.0
"""For another process to give up the index: longer than one like this keeps it without being asked."""
_RETRY_SECONDS = 0.25
_Call: TypeAlias = Callable[[Client], Awaitable[dict[str, Any]]]


class LocalApi:
    """Requests to the service that runs on this machine, else to one in this process. See `app.client.Client`.

    The embedded index has one owner. This process owns it while it is asked, so that `groundwork ingest`, a service and
    other programs like this one can have it in between. `connect` opens a connection. One that is opened waits for
    an index that is in use, and raises IndexLocked in the end; a service that ends is replaced once for each request.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractAsyncContextManager[Client]],
        idle_seconds: float = _IDLE_SECONDS,
        wait_seconds: float = _WAIT_SECONDS,
    ) -> None:
        self._connect = connect
        self._idle_seconds = idle_seconds
        self._wait_seconds = wait_seconds
        self._changing = asyncio.Lock()
        self._opened: AsyncExitStack | None = None
        self._client: Client | None = None
        self._users = 0
        self._closing: asyncio.Task[None] | None = None

    async def get(self, path: str) -> dict[str, Any]:
        """See Client."""
        return await self._answered(lambda client: client.get(path))

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """See Client."""
        return await self._answered(lambda client: client.post(path, body))

    async def stream(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """See Client. A stream that has begun is not begun again."""
        for is_last in (False, True):
            has_begun = False
            async with self._used() as client:
                try:
                    async with aclosing(client.stream(path, body)) as events:
                        async for event in events:
                            has_begun = True
                            yield event
                    return
                except ServiceUnreachable:
                    if has_begun or is_last:
                        raise
            await self._close(client)

    async def close(self) -> None:
        """Close the connection."""
        if self._closing is not None:
            self._closing.cancel()
        await self._close(self._client)

    async def _answered(self, call: _Call) -> dict[str, Any]:
        async with self._used() as client:
            try:
                return await call(client)
            except ServiceUnreachable:
                pass
        await self._close(client)
        async with self._used() as client:
            return await call(client)

    @asynccontextmanager
    async def _used(self) -> AsyncIterator[Client]:
        """Give the connection, which stays open for the block at least."""
        self._users += 1
        try:
            async with self._changing:
                client = self._client or await self._open()
            yield client
        finally:
            self._users -= 1
            if not self._users:
                self._close_later()

    async def _open(self) -> Client:
        clock = asyncio.get_running_loop()
        deadline = clock.time() + self._wait_seconds
        while True:
            stack = AsyncExitStack()
            try:
                client = await stack.enter_async_context(self._connect())
            except IndexLocked:
                if clock.time() >= deadline:
                    raise
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._opened, self._client = stack, client
                return client

    def _close_later(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
        self._closing = asyncio.create_task(self._close_when_idle())

    async def _close_when_idle(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        if not self._users:
            await self._close(self._client)

    async def _close(self, client: Client | None) -> None:
        """Close the connection if it is still this one."""
        async with self._changing:
            if self._opened is None or self._client is not client:
                return
            opened, self._opened, self._client = self._opened, None, None
            await opened.aclose()
