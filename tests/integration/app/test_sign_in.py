"""Users of a real OpenID Connect provider sign in on the page, send Bearer tokens, and sign out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI

from app.api import create_app
from app.service.service import Service
from core.access import AccessSettings, OidcSettings
from testing.oidc import DEPRECATIONS, ProviderUser, running_provider
from testing.services import open_service

pytestmark = [pytest.mark.filterwarnings(ignored) for ignored in DEPRECATIONS]
T = TypeVar("T")
PAGE = "http://localhost:8000"
SEARCH = {"query": "annual leave"}
SESSION, PENDING = "groundwork-session", "groundwork-sign-in"
USERS = [
    ProviderUser("ada", {"name": "Ada Lovelace", "groups": ["staff", "it"]}),
    ProviderUser("eve", {"name": "Eve", "groups": ["visitors"]}),
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider(USERS) as issuer:
        yield issuer


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, issuer: str) -> Iterator[Service]:
    access = AccessSettings(
        mode="oidc",
        oidc=OidcSettings(issuer, "the-client", "the-client", "hush"),
        public_url=PAGE,
        ask_groups=frozenset({"staff"}),
        admin_groups=frozenset({"it"}),
    )
    with open_service(tmp_path_factory.mktemp("oidc"), access=access) as service:
        yield service


@asynccontextmanager
async def browser(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that keeps cookies, as a browser does."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=PAGE) as client:
        yield client


async def at_provider(url: str, subject: str) -> str:
    """Sign in at the provider, and return the address that it sends the browser back to."""
    async with httpx2.AsyncClient() as http:
        answer = await http.post(url, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def sign_in(client: httpx2.AsyncClient, subject: str, back: str = "/") -> httpx2.Response:
    began = await client.get("/v1/sign-in", params={"back": back})
    assert began.status_code == 302
    returned = await at_provider(began.headers["location"], subject)
    assert returned.startswith(f"{PAGE}/v1/sign-in/callback?")
    return await client.get(returned)


def run(service: Service, work: Callable[[httpx2.AsyncClient], Awaitable[T]]) -> T:
    """Do some work as a browser, with the connections of the service closed after it."""

    async def done() -> T:
        async with browser(create_app(service)) as client:
            return await work(client)

    return asyncio.run(done())


def test_a_user_signs_in_asks_and_signs_out(service: Service) -> None:
    async def work(client: httpx2.AsyncClient) -> None:
        assert (await client.post("/v1/search", json=SEARCH)).status_code == 401
        state = (await client.get("/v1/access")).json()
        assert (state["sign_in"], state["signed_in"], state["may_ask"]) == ("provider", False, False)

        answer = await sign_in(client, "ada", back="/#/documents")
        assert (answer.status_code, answer.headers["location"]) == (302, "/#/documents")
        set_cookies = answer.headers.get_list("set-cookie")
        kept = next(cookie for cookie in set_cookies if cookie.startswith(f"{SESSION}="))
        assert "HttpOnly" in kept
        assert "SameSite=lax" in kept
        assert PENDING not in client.cookies

        state = (await client.get("/v1/access")).json()
        assert (state["name"], state["signed_in"], state["may_ask"], state["may_sign_out"]) == (
            "Ada Lovelace",
            True,
            True,
            True,
        )
        found = await client.post("/v1/search", json=SEARCH)
        assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")
        acts = (await client.get("/v1/audit")).json()["acts"]
        assert (acts[0]["action"], acts[0]["principal_id"]) == ("session.begin", "user:ada")

        session = client.cookies[SESSION]
        ended = await client.post("/v1/sign-out")
        assert ended.json()["next_url"].startswith(service.settings.access.oidc.issuer)  # type: ignore[union-attr]
        assert SESSION not in client.cookies
        client.cookies.set(SESSION, session)
        assert (await client.post("/v1/search", json=SEARCH)).status_code == 401

    run(service, work)


def test_a_user_of_another_group_is_signed_in_and_may_not_ask(service: Service) -> None:
    async def work(client: httpx2.AsyncClient) -> None:
        await sign_in(client, "eve")
        state = (await client.get("/v1/access")).json()
        assert (state["signed_in"], state["may_ask"]) == (True, False)
        refused = await client.post("/v1/search", json=SEARCH)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "insufficient_scope")

    run(service, work)


def test_the_id_token_of_the_provider_is_a_bearer_token(service: Service) -> None:
    async def work(client: httpx2.AsyncClient) -> None:
        began = await client.get("/v1/sign-in")
        code = parse_qs(urlsplit(await at_provider(began.headers["location"], "ada")).query)["code"][0]
        async with httpx2.AsyncClient() as http:
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": f"{PAGE}/v1/sign-in/callback",
            }
            oidc = service.settings.access.oidc
            assert oidc is not None
            tokens = (await http.post(f"{oidc.issuer}/oauth2/token", data=form, auth=("the-client", "hush"))).json()
        headers = {"Authorization": f"Bearer {tokens['id_token']}"}
        assert (await client.post("/v1/search", json=SEARCH, headers=headers)).status_code == 200
        opaque = {"Authorization": f"Bearer {tokens['access_token']}"}
        refused = await client.post("/v1/search", json=SEARCH, headers=opaque)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')

    run(service, work)


def test_an_answer_of_the_provider_for_another_browser_signs_nobody_in(service: Service) -> None:
    async def work(client: httpx2.AsyncClient) -> None:
        app = create_app(service)
        async with browser(app) as attacker:
            began = await attacker.get("/v1/sign-in")
            returned = await at_provider(began.headers["location"], "ada")
        await client.get("/v1/sign-in")
        answer = await client.get(returned)
        assert (answer.status_code, answer.headers["location"]) == (302, "/?sign-in=failed")
        assert SESSION not in client.cookies

    run(service, work)


def test_a_code_is_taken_once(service: Service) -> None:
    async def work(client: httpx2.AsyncClient) -> None:
        began = await client.get("/v1/sign-in")
        pending = client.cookies[PENDING]
        returned = await at_provider(began.headers["location"], "ada")
        assert (await client.get(returned)).headers["location"] == "/"
        client.cookies.clear()
        client.cookies.set(PENDING, pending)
        assert (await client.get(returned)).headers["location"] == "/?sign-in=failed"

    run(service, work)


def test_a_page_of_another_origin_does_nothing_with_the_session(service: Service) -> None:
    async def work(client: httpx2.AsyncClient) -> None:
        await sign_in(client, "ada")
        for path in ("/v1/search", "/v1/sign-out"):
            refused = await client.post(path, json=SEARCH, headers={"Origin": "https://evil.example"})
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "origin_not_allowed")
        assert (await client.post("/v1/search", json=SEARCH, headers={"Origin": PAGE})).status_code == 200

    run(service, work)


def test_nobody_signs_in_with_a_key_where_there_is_a_provider(service: Service) -> None:
    async def work(client: httpx2.AsyncClient) -> None:
        refused = await client.post("/v1/sign-in", json={"api_key": "gwk_"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_sign_in")

    run(service, work)


def test_over_https_the_cookies_are_secure_and_of_this_host_only(tmp_path: Path, issuer: str) -> None:
    access = AccessSettings(mode="oidc", oidc=OidcSettings(issuer, "a", "a"), public_url="https://chat.example.com")
    with open_service(tmp_path, access=access) as secure:

        async def work(client: httpx2.AsyncClient) -> None:
            headers = {"Host": "chat.example.com"}
            began = await client.get("/v1/sign-in", headers=headers)
            cookie = began.headers["set-cookie"]
            assert cookie.startswith(f"__Host-{PENDING}=")
            assert "Secure" in cookie
            assert "Domain" not in cookie
            redirect = parse_qs(urlsplit(began.headers["location"]).query)["redirect_uri"]
            assert redirect == ["https://chat.example.com/v1/sign-in/callback"]

        run(secure, work)
