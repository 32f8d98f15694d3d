"""What a request of a tool takes over from the message of its caller, and what it does not."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.api.guards.addresses import PEER
from app.api.mcp.callers import OwnApi
from core.access import AccessSettings
from core.logs import LogContext, log_as
from core.tracing import within
from testing.spans import RememberedSpan

SENT = [
    (b"authorization", b"Bearer gwk_1"),
    (b"cookie", b"a=1"),
    (b"cookie", b"b=2"),
    (b"x-groundwork-token", b"token"),
    (b"x-user", b"J\xf6rg"),
    (b"x-user", b"eve"),
    (b"x-groups", b"staff"),
    (b"x-forwarded-user", b"not the header of this proxy"),
    (b"host", b"groundwork.example.com"),
    (b"origin", b"https://groundwork.example.com"),
    (b"sec-fetch-site", b"same-origin"),
    (b"content-length", b"99"),
    (b"content-type", b"application/json"),
    (b"accept", b"text/event-stream"),
    (b"mcp-protocol-version", b"2026-07-28"),
    (b"idempotency-key", b"1"),
    (b"traceparent", b"00-the-clients-own"),
]


async def echo(request: Request) -> JSONResponse:
    scope = request.scope
    headers = [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]]
    return JSONResponse({"headers": headers, "client": scope["client"], "peer": scope[PEER], "scheme": scope["scheme"]})


def received(request_id: str = "", span: RememberedSpan | None = None) -> dict[str, Any]:
    """Return what the service receives from a tool."""
    scope = {"headers": SENT, "client": ("203.0.113.7", 5000), PEER: "10.0.0.5", "scheme": "https"}
    api = OwnApi(
        Starlette(routes=[Route("/v1/documents", echo)]), AccessSettings(user_header="x-user", groups_header="X-Groups")
    )
    context: Any = SimpleNamespace(request=SimpleNamespace(scope=scope))

    async def call() -> dict[str, Any]:
        log_as(LogContext(request_id))
        with within(span or RememberedSpan("a message", [])):
            async with api.connect(context) as client:
                return await client.get("/v1/documents")

    return asyncio.run(call())


def test_all_credentials_are_passed_on_as_they_came() -> None:
    headers = received()["headers"]
    for name in ("authorization", "cookie", "x-groundwork-token", "x-user", "x-groups"):
        sent = [value.decode("latin-1") for header, value in SENT if header == name.encode()]
        assert [value for header, value in headers if header == name] == sent, name


@pytest.mark.parametrize(
    "name",
    ["x-forwarded-user", "origin", "sec-fetch-site", "content-length", "mcp-protocol-version", "idempotency-key"],
)
def test_nothing_else_of_the_message_is_passed_on(name: str) -> None:
    assert name not in {header for header, _ in received()["headers"]}


def test_the_addresses_and_the_scheme_are_those_of_the_caller() -> None:
    got = received()
    assert (got["client"], got["peer"], got["scheme"]) == (["203.0.113.7", 5000], "10.0.0.5", "https")
    assert ["host", "localhost"] in got["headers"]


def test_the_log_and_the_trace_of_the_request_belong_to_the_message() -> None:
    headers = dict(received("request-of-the-message", RememberedSpan("POST /mcp", []))["headers"])
    assert headers["x-request-id"] == "request-of-the-message"
    assert headers["traceparent"] == "00-POST /mcp"
    assert "x-request-id" not in dict(received()["headers"])
