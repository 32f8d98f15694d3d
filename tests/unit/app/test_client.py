"""The client of a service in this process: events come while they are written, and errors are errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from app.client import Client
from app.in_process import InProcessTransport
from core.errors import ServiceError, ServiceUnreachable

SEPARATED = "one\u2028two\u0085three"
"""What Python counts as three lines and server-sent events as one."""


class Service:
    """Streams events; `go_on` lets it write the second one, and `ended` is set when it ends, however it does."""

    def __init__(self, *events: str) -> None:
        self.events = events
        self.go_on = asyncio.Event()
        self.ended = asyncio.Event()
        self.received: Any = None

    async def stream(self, request: Request) -> Response:
        self.received = await request.json()
        return StreamingResponse(self._written())

    async def _written(self) -> AsyncIterator[str]:
        try:
            yield ": a comment\n\n"
            for count, event in enumerate(self.events):
                if count:
                    await self.go_on.wait()
                yield f"data: {event}\n\n"
        finally:
            self.ended.set()


@asynccontextmanager
async def connected(service: Service) -> AsyncIterator[Client]:
    async def fail(request: Request) -> Response:
        return JSONResponse({"error": {"message": "There is no such recipe."}}, 404)

    async def crash(request: Request) -> Response:
        raise ValueError("a bug")

    routes = [Route("/stream", service.stream, methods=["POST"]), Route("/fail", fail, methods=["POST"])]
    app = Starlette(routes=[*routes, Route("/crash", crash)])
    transport = InProcessTransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
        yield Client(http, "this process")


def events_of(path: str, *events: str) -> list[dict[str, Any]]:
    """Return the events of a response."""

    async def read() -> list[dict[str, Any]]:
        service = Service(*events)
        service.go_on.set()
        async with connected(service) as client:
            return [event async for event in client.stream(path, {"question": "How many?"})]

    return asyncio.run(read())


def test_events_come_while_the_response_is_being_written() -> None:
    async def read() -> None:
        service = Service('{"a": 1}', '{"a": 2}', "[DONE]")
        async with connected(service) as client:
            stream = client.stream("/stream", {"question": "How many?"})
            assert await anext(stream) == {"a": 1}
            assert not service.go_on.is_set()
            service.go_on.set()
            assert [event async for event in stream] == [{"a": 2}]
            assert service.received == {"question": "How many?"}

    asyncio.run(read())


def test_a_stream_that_is_left_ends_in_the_service() -> None:
    async def leave() -> None:
        service = Service('{"a": 1}', '{"a": 2}', "[DONE]")
        async with connected(service) as client:
            stream = client.stream("/stream", {})
            await anext(stream)
            await stream.aclose()
            await asyncio.wait_for(service.ended.wait(), 5)

    asyncio.run(leave())


def test_an_event_may_contain_every_character() -> None:
    assert events_of("/stream", f'{{"a": "{SEPARATED}"}}', "[DONE]") == [{"a": SEPARATED}]


def test_an_error_in_place_of_a_stream_has_the_message_of_the_service() -> None:
    with pytest.raises(ServiceError, match="There is no such recipe"):
        events_of("/fail")


def test_an_error_within_a_stream_has_the_message_of_the_service() -> None:
    with pytest.raises(ServiceError, match="The model does not answer"):
        events_of("/stream", '{"a": 1}', '{"error": {"message": "The model does not answer."}}', "[DONE]")


def test_a_stream_without_its_end_was_cut() -> None:
    with pytest.raises(ServiceUnreachable, match="ended its answer too early"):
        events_of("/stream", '{"a": 1}')


def test_a_service_at_which_nobody_listens_is_unreachable() -> None:
    async def ask() -> None:
        async with httpx2.AsyncClient(base_url="http://127.0.0.1:1", trust_env=False, verify=False) as http:
            await Client(http, "http://127.0.0.1:1").get("/v1/configuration")

    with pytest.raises(ServiceUnreachable, match=r"http://127\.0\.0\.1:1 did not answer"):
        asyncio.run(ask())


def test_a_bug_of_a_service_in_this_process_is_an_error_of_the_service() -> None:
    async def ask() -> None:
        async with connected(Service()) as client:
            await client.get("/crash")

    with pytest.raises(ServiceError, match="answered 500"):
        asyncio.run(ask())
