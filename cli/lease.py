"""A connection that is opened by its first use and closed when nobody has used it for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from app.client import Client
from core.errors import IndexLocked

_IDLE_SECONDS = 10.0
"""Chosen: the calls of one answer of an assistant share a connection; then other commands can have the index."""
_WAIT_SECONDS = 20.0
"""For another process to give up the index: longer than one like this keeps it without being asked."""
_RETRY_SECONDS = 0.25


class Lease:
    """Connects to the service of this machine: while one runs to that, else to one in this process.

    The embedded index has one owner. This process has it while it is asked, so that `groundwork ingest`, a service and
    other programs like this one can have it in between. A service that begins or ends meanwhile is noticed.
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

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """Give the connection. Raises what opening it raises; IndexLocked after a wait."""
        self._users += 1
        try:
            async with self._changing:
                client = self._client or await self._open()
            yield client
        finally:
            self._users -= 1
            if not self._users and self._opened is not None:
                self._close_later()

    async def close(self) -> None:
        """Close the connection now."""
        if self._closing is not None:
            self._closing.cancel()
        async with self._changing:
            await self._close()

    async def _open(self) -> Client:
        deadline = asyncio.get_running_loop().time() + self._wait_seconds
        while True:
            stack = AsyncExitStack()
            try:
                self._client = await stack.enter_async_context(self._connect())
            except IndexLocked:
                if asyncio.get_running_loop().time() >= deadline:
                    raise
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._opened = stack
                return self._client

    def _close_later(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
        self._closing = asyncio.create_task(self._close_when_idle())

    async def _close_when_idle(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        async with self._changing:
            if not self._users:
                await self._close()

    async def _close(self) -> None:
        opened, self._opened, self._client = self._opened, None, None
        if opened is not None:
            await opened.aclose()
