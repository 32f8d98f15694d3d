"""The connection to the service of this machine is opened by use, shared, and given up when nobody uses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx2
import pytest

from app.client import Client
from cli.local_api import LocalApi
from core.errors import IndexLocked, ServiceError, ServiceUnreachable


class Machine:
    """Counts the connections; `locked` of them find the index in use, and `dead` of the services do not answer."""

    def __init__(self, locked: int = 0, dead: int = 0) -> None:
        self.locked = locked
        self.dead = dead
        self.opened = 0
        self.open = 0

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Client]:
        if self.locked:
            self.locked -= 1
            raise IndexLocked("another process has it")
        self.opened += 1
        is_dead = self.opened <= self.dead

        async def answer(request: httpx2.Request) -> httpx2.Response:
            await asyncio.sleep(0.01)
            if is_dead:
                raise httpx2.ConnectError("refused")
            if request.url.path == "/stream":
                return httpx2.Response(200, content=b'data: {"n": 1}\n\ndata: [DONE]\n\n')
            return httpx2.Response(404 if request.url.path == "/no" else 200, json={"n": 1})

        self.open += 1
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://localhost") as http:
            yield Client(http, "here")
        self.open -= 1


def api_of(machine: Machine, idle: float = 60.0, wait: float = 5.0) -> LocalApi:
    def connect() -> AbstractAsyncContextManager[Client]:
        return machine.connect()

    return LocalApi(connect, idle, wait)


async def streamed(api: LocalApi) -> list[dict[str, int]]:
    return [event async for event in api.stream("/stream", {})]


def test_nothing_is_opened_before_it_is_used_and_calls_at_once_share_a_connection() -> None:
    async def use() -> None:
        machine = Machine()
        api = api_of(machine)
        assert machine.opened == 0
        await asyncio.gather(*(api.get("/") for _ in range(5)), api.post("/", {}), streamed(api))
        assert (machine.opened, machine.open) == (1, 1)
        await api.close()
        assert machine.open == 0

    asyncio.run(use())


def test_an_unused_connection_is_given_up_and_opened_again_by_the_next_call() -> None:
    async def use() -> None:
        machine = Machine()
        api = api_of(machine, idle=0.05)
        await api.get("/")
        assert machine.open == 1
        await asyncio.sleep(0.2)
        assert machine.open == 0
        assert await streamed(api) == [{"n": 1}]
        assert machine.opened == 2
        await api.close()

    asyncio.run(use())


def test_an_index_in_use_is_waited_for_and_then_an_error() -> None:
    async def use() -> None:
        machine = Machine(locked=1)
        api = api_of(machine)
        assert await api.get("/") == {"n": 1}
        await api.close()
        with pytest.raises(IndexLocked):
            await api_of(Machine(locked=100), wait=0.3).get("/")

    asyncio.run(use())


@pytest.mark.parametrize("path", ["/", "/stream"])
def test_a_service_that_is_gone_is_replaced_once(path: str) -> None:
    async def use() -> None:
        machine = Machine(dead=1)
        api = api_of(machine)
        assert (await streamed(api) if path == "/stream" else [await api.get(path)]) == [{"n": 1}]
        assert (machine.opened, machine.open) == (2, 1)
        await api.close()
        api = api_of(Machine(dead=9))
        with pytest.raises(ServiceUnreachable):
            await (streamed(api) if path == "/stream" else api.get(path))
        await api.close()

    asyncio.run(use())


def test_an_error_of_the_service_is_not_asked_for_twice() -> None:
    async def use() -> None:
        machine = Machine()
        api = api_of(machine)
        with pytest.raises(ServiceError):
            await api.get("/no")
        assert machine.opened == 1
        await api.close()

    asyncio.run(use())
