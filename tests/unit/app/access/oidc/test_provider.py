"""The provider's keys are read, kept, rotated and not asked for too often; and its faults are not those of a caller."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx2
import pytest

from app.access.oidc.flow import begin_sign_in
from app.access.oidc.provider import Provider
from core.access import OidcSettings
from core.errors import ProviderFault, Unauthorized
from tests.unit.app.access.oidc.test_tokens import AUDIENCE, ISSUER, jwk, private_key, token

T = TypeVar("T")
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
}


class Login:
    """A provider whose answers a test chooses, and its clock."""

    def __init__(self) -> None:
        self.metadata: Any = METADATA
        self.keys: Any = {"keys": [jwk()]}
        self.token: tuple[int, Any] = (200, {})
        self.is_up = True
        self.hangs: asyncio.Event | None = None
        self.seconds = 1000.0
        self.asked: list[str] = []
        self.form = ""
        self.authorization: str | None = None

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.path)
        if self.hangs is not None:
            await self.hangs.wait()
        if not self.is_up:
            raise httpx2.ConnectError("refused")
        if request.url.path == "/token":
            self.form = request.content.decode()
            self.authorization = request.headers.get("authorization")
            return httpx2.Response(self.token[0], json=self.token[1])
        return httpx2.Response(200, json=self.keys if request.url.path == "/jwks" else self.metadata)

    def provider(self, **more: Any) -> Provider:
        settings = OidcSettings(ISSUER, AUDIENCE, **more)
        return Provider(settings, httpx2.MockTransport(self.answer), lambda: self.seconds)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def test_a_bearer_token_names_its_user_and_the_keys_are_read_once() -> None:
    login = Login()
    provider = login.provider()
    for _ in range(3):
        assert run(provider.user_of_bearer(token(groups=["staff"]))).groups == {"staff"}
    assert login.asked == ["/.well-known/openid-configuration", "/jwks"]


def test_keys_are_read_again_after_an_hour() -> None:
    login = Login()
    provider = login.provider()
    run(provider.user_of_bearer(token()))
    login.keys = {"keys": []}
    login.seconds += 3601
    with pytest.raises(ProviderFault):
        run(provider.user_of_bearer(token()))
    assert login.asked.count("/jwks") == 2


def test_a_rotated_key_is_read_at_once_and_invented_ones_at_most_every_half_minute() -> None:
    login = Login()
    provider = login.provider()
    run(provider.user_of_bearer(token()))
    login.keys = {"keys": [jwk(kid="two")]}
    login.seconds += 31
    assert run(provider.user_of_bearer(token(headers={"kid": "two"}))).subject == "ada"
    with pytest.raises(Unauthorized):
        run(provider.user_of_bearer(token()))
    for number in range(20):
        with pytest.raises(Unauthorized):
            run(provider.user_of_bearer(token(headers={"kid": str(number)})))
    assert login.asked.count("/jwks") == 2
    login.seconds += 31
    with pytest.raises(Unauthorized):
        run(provider.user_of_bearer(token(headers={"kid": "three"})))
    assert login.asked.count("/jwks") == 3


def test_known_keys_go_on_being_used_while_the_provider_is_down() -> None:
    login = Login()
    provider = login.provider()
    run(provider.user_of_bearer(token()))
    login.is_up = False
    login.seconds += 3601
    for _ in range(5):
        assert run(provider.user_of_bearer(token())).subject == "ada"
    assert len(login.asked) == 3
    login.is_up = True
    login.seconds += 31
    assert run(provider.user_of_bearer(token())).subject == "ada"
    assert login.asked.count("/jwks") == 2


def test_a_provider_that_is_down_is_not_the_callers_fault_and_is_not_asked_by_each_request() -> None:
    login = Login()
    login.is_up = False
    provider = login.provider()
    for _ in range(5):
        with pytest.raises(ProviderFault, match="did not answer"):
            run(provider.user_of_bearer(token()))
    assert len(login.asked) == 1
    login.is_up = True
    login.seconds += 31
    assert run(provider.user_of_bearer(token())).subject == "ada"


@pytest.mark.parametrize(
    "metadata",
    [
        {**METADATA, "issuer": "https://evil.example"},
        {**METADATA, "issuer": f"{ISSUER}/"},
        {name: value for name, value in METADATA.items() if name != "token_endpoint"},
        [],
        "no object",
    ],
    ids=["another issuer", "a slash more", "without an endpoint", "a list", "a text"],
)
def test_metadata_of_somebody_else_is_not_believed(metadata: Any) -> None:
    login = Login()
    login.metadata = metadata
    with pytest.raises(ProviderFault):
        run(login.provider().user_of_bearer(token()))
    assert "/jwks" not in login.asked


def test_a_code_is_exchanged_with_the_secret_of_pkce() -> None:
    login, pending = Login(), begin_sign_in("/")
    login.token = (200, {"id_token": token(aud="the-client", nonce=pending.nonce, name="Ada")})
    provider = login.provider(client_id="the-client")
    assert run(provider.user_of_code("the code", pending, "https://chat.example.com/back")).name == "Ada"
    assert f"code_verifier={pending.verifier}" in login.form
    assert "client_id=the-client" in login.form
    assert login.authorization is None


@pytest.mark.parametrize("methods", [None, ["client_secret_post"], ["client_secret_basic", "client_secret_post"]])
def test_the_secret_of_a_client_is_sent_as_the_provider_takes_it(methods: list[str] | None) -> None:
    login, pending = Login(), begin_sign_in("/")
    login.metadata = METADATA if methods is None else {**METADATA, "token_endpoint_auth_methods_supported": methods}
    login.token = (200, {"id_token": token(aud="the-client", nonce=pending.nonce)})
    run(login.provider(client_id="the-client", client_secret="hush").user_of_code("code", pending, "https://back"))
    in_body = methods == ["client_secret_post"]
    assert ("client_secret=hush" in login.form) is in_body
    assert (login.authorization is not None) is not in_body


@pytest.mark.parametrize(
    "changed",
    [{"nonce": "another"}, {"nonce": None}, {"aud": AUDIENCE}, {"azp": "another"}, {"exp": 1}],
    ids=str,
)
def test_the_id_token_of_another_sign_in_is_refused(changed: dict[str, Any]) -> None:
    login, pending = Login(), begin_sign_in("/")
    login.token = (200, {"id_token": token(**{"aud": "the-client", "nonce": pending.nonce, **changed})})
    with pytest.raises(Unauthorized):
        run(login.provider(client_id="the-client").user_of_code("code", pending, "https://back"))


@pytest.mark.parametrize(("status", "body"), [(400, {"error": "invalid_grant"}), (401, {}), (200, {})])
def test_a_code_that_the_provider_refuses_signs_nobody_in(status: int, body: dict[str, str]) -> None:
    login = Login()
    login.token = (status, body)
    with pytest.raises(Unauthorized):
        run(login.provider(client_id="the-client").user_of_code("code", begin_sign_in("/"), "https://back"))


def test_a_provider_that_fails_at_a_sign_in_is_a_fault() -> None:
    login = Login()
    login.token = (500, {})
    with pytest.raises(ProviderFault):
        run(login.provider(client_id="the-client").user_of_code("code", begin_sign_in("/"), "https://back"))


def test_a_token_that_another_key_signed_under_the_same_id_is_refused() -> None:
    with pytest.raises(Unauthorized):
        run(Login().provider().user_of_bearer(token(key=private_key(1))))


def test_invented_ids_do_not_ask_a_provider_that_is_down_again_and_again() -> None:
    login = Login()
    provider = login.provider()
    run(provider.user_of_bearer(token()))
    login.is_up = False
    login.seconds += 3601
    for number in range(5):
        with pytest.raises(Unauthorized):
            run(provider.user_of_bearer(token(headers={"kid": str(number)})))
    assert len(login.asked) == 3


@pytest.mark.parametrize("passed", [31, 3601])
def test_a_token_of_a_known_key_does_not_wait_for_a_provider_that_does_not_answer(passed: int) -> None:
    async def ask_while_it_hangs() -> str:
        login = Login()
        provider = login.provider()
        await provider.user_of_bearer(token())
        login.hangs = asyncio.Event()
        login.seconds += passed
        waiting = asyncio.create_task(provider.user_of_bearer(token(headers={"kid": "invented"})))
        await asyncio.sleep(0)
        found = await asyncio.wait_for(provider.user_of_bearer(token()), 1)
        assert not waiting.done()
        login.hangs.set()
        with pytest.raises(Unauthorized):
            await waiting
        return found.subject

    assert run(ask_while_it_hangs()) == "ada"
