"""A client without a token finds out at which provider its user signs in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from app.api import create_app
from core.access import AccessSettings, OidcSettings
from testing.asgi import listening
from testing.model_server import free_port
from testing.oidc import DEPRECATIONS, running_provider
from testing.services import make_service

pytestmark = [pytest.mark.filterwarnings(ignored) for ignored in DEPRECATIONS]


class Stop(Exception):
    """The browser would be opened now."""


class Memory(TokenStorage):
    """Keeps what the client was given."""

    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return None

    async def set_tokens(self, tokens: OAuthToken) -> None:
        raise AssertionError("nobody has signed in")

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider([]) as issuer:
        yield issuer


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, issuer: str) -> Iterator[str]:
    port = free_port()
    access = AccessSettings(
        mode="oidc",
        oidc=OidcSettings(issuer, "the-audience", scopes="openid groups"),
        public_url=f"http://127.0.0.1:{port}",
    )
    made = make_service(tmp_path_factory.mktemp("oidc"), access=access)
    try:
        with listening(create_app(made), port) as url:
            yield url
    finally:
        made.close()


def test_a_client_without_a_token_is_sent_to_the_provider_for_one_for_this_address(url: str, issuer: str) -> None:
    opened: list[str] = []

    async def browse(address: str) -> None:
        opened.append(address)
        raise Stop

    async def returned() -> AuthorizationCodeResult:
        raise AssertionError("nobody has signed in")

    async def call() -> None:
        about = OAuthClientMetadata(redirect_uris=["http://localhost:3030/callback"], client_name="a test")  # type: ignore[list-item]
        auth = OAuthClientProvider(f"{url}/mcp", about, Memory(), browse, returned)
        async with (
            httpx2.AsyncClient(auth=auth, timeout=30) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
        ):
            await client.list_tools()

    with pytest.raises(Exception):  # noqa: B017 - what ends the sign-in is wrapped by several groups of tasks
        asyncio.run(call())
    (address,) = opened
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{issuer}/oauth2/authorize?")
    assert asked["resource"] == [f"{url}/mcp"]
    assert asked["scope"][0].split()[:2] == ["openid", "groups"]
    assert asked["code_challenge_method"] == ["S256"]


def test_only_a_refused_message_of_mcp_names_the_metadata(url: str, issuer: str) -> None:
    with httpx2.Client(base_url=url) as http:
        refused = http.post("/mcp", json={}, headers={"Authorization": "Bearer no.token.really"})
        challenge = refused.headers["www-authenticate"]
        metadata = f'resource_metadata="{url}/.well-known/oauth-protected-resource/mcp"'
        assert challenge == f'Bearer error="invalid_token", {metadata}'
        assert "resource_metadata" not in http.post("/v1/search", json={"query": "x"}).headers["www-authenticate"]
        assert http.get("/.well-known/oauth-protected-resource/mcp").json() == {
            "resource": f"{url}/mcp",
            "authorization_servers": [issuer],
            "scopes_supported": ["openid", "groups"],
            "bearer_methods_supported": ["header"],
        }


def test_where_nobody_can_sign_in_there_are_no_metadata(tmp_path: Path) -> None:
    made = make_service(tmp_path, access=AccessSettings(mode="keys"))

    async def get() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(made))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.get("/.well-known/oauth-protected-resource/mcp")

    try:
        response = asyncio.run(get())
    finally:
        made.close()
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
