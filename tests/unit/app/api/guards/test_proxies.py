"""Behind a proxy: whose address counts for the limits, and whose for the trust in the proxy."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from app.api.guards.addresses import address_of, peer_of
from app.api.guards.proxies import BehindProxies


def addresses(trusted: list[str], client: str, *forwarded: str) -> tuple[str, str]:
    """The address of the caller and of the connection, as the application sees them."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope: dict[str, Any] = {"type": "http", "client": (client, 1), "headers": headers, "scheme": "http"}
    asyncio.run(BehindProxies(app, trusted)(scope, None, None))  # type: ignore[arg-type]
    return address_of(seen[0]), peer_of(seen[0])


@pytest.mark.parametrize(
    ("trusted", "client", "forwarded", "address"),
    [
        (["10.0.0.5/32"], "10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.5", ["203.0.113.9, 10.0.0.7"], "203.0.113.9"),
        (["10.0.0.5/32"], "10.0.0.6", ["203.0.113.9"], "10.0.0.6"),
        ([], "10.0.0.5", ["203.0.113.9"], "10.0.0.5"),
        (["10.0.0.5/32"], "10.0.0.5", [], "10.0.0.5"),
    ],
)
def test_the_caller_is_who_the_trusted_proxy_says_and_the_connection_stays_known(
    trusted: list[str], client: str, forwarded: list[str], address: str
) -> None:
    assert addresses(trusted, client, *forwarded) == (address, client)


def test_nobody_becomes_the_proxy_by_a_header() -> None:
    assert addresses(["10.0.0.5/32"], "203.0.113.9", "10.0.0.5")[1] == "203.0.113.9"
    assert addresses(["10.0.0.5/32"], "10.0.0.5", "10.0.0.5") == ("10.0.0.5", "10.0.0.5")
