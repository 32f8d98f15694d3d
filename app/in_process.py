"""Send HTTP requests to an application in this process, and read a response while it is being written.

`httpx2.ASGITransport` gives a response when it is complete, so that every word of a streamed answer would come at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias

import httpx2

_Message: TypeAlias = MutableMapping[str, Any]
Application: TypeAlias = Callable[
    [dict[str, Any], Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]
]
"""An ASGI application."""
_THIS_PROCESS: Mapping[str, Any] = {"client": ("127.0.0.1", 123)}


class InProcessTransport(httpx2.AsyncBaseTransport):
    """A transport to an ASGI application. `connection` has entries of the scope of every request: who its client is.

    An exception of the application before its response begins is raised; one after that ends the response, as over a
    socket, and the application has logged it.
    """

    def __init__(self, app: Application, connection: Mapping[str, Any] = _THIS_PROCESS) -> None:
        self._app = app
        self._connection = connection

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; return when the response has begun."""
        exchange = _Exchange(self._app, {**_scope(request), **self._connection}, await request.aread())
        try:
            begun = await exchange.begun()
        except BaseException:
            await exchange.aclose()
            raise
        return httpx2.Response(begun["status"], headers=begun.get("headers", []), stream=exchange)


class _Exchange(httpx2.AsyncByteStream):
    """One request, answered by a task of its own; its response is a stream of bytes."""

    def __init__(self, app: Application, scope: dict[str, Any], body: bytes) -> None:
        self._incoming: list[_Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._sent: asyncio.Queue[_Message | None] = asyncio.Queue()
        self._left = asyncio.Event()
        self._task = asyncio.create_task(self._run(app, scope))

    async def begun(self) -> _Message:
        """Return the message that begins the response."""
        message = await self._sent.get()
        if message is None:
            await self._task
            raise RuntimeError("the application ended without a response")
        return message

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self._sent.get()) is not None:
            if body := message.get("body", b""):
                yield body

    async def aclose(self) -> None:
        """End the exchange: a response that is not complete is cancelled."""
        self._left.set()
        self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.exception()  # Read, so that asyncio does not report it a second time.

    async def _run(self, app: Application, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._sent.put)
        finally:
            self._sent.put_nowait(None)

    async def _receive(self) -> _Message:
        if self._incoming:
            return self._incoming.pop()
        await self._left.wait()
        return {"type": "http.disconnect"}


def _scope(request: httpx2.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "root_path": "",
    }
