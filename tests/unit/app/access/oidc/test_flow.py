"""The code flow: what a sign-in remembers, what the provider is sent, and which answers are taken."""

from __future__ import annotations

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from app.access.oidc.flow import authorization_url, begin_sign_in, own_path, resume_sign_in
from core.access import OidcSettings
from core.errors import Unauthorized

SETTINGS = OidcSettings("https://login.example.com", "groundwork", "the-client", scopes="openid profile")
CALLBACK = "https://chat.example.com/v1/sign-in/callback"


def test_the_provider_is_sent_a_challenge_and_not_the_secret_behind_it() -> None:
    pending = begin_sign_in("/")
    url = authorization_url("https://login.example.com/authorize?tenant=a", SETTINGS, pending, CALLBACK)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    digest = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).decode()
    assert query == {
        "tenant": "a",
        "response_type": "code",
        "client_id": "the-client",
        "redirect_uri": CALLBACK,
        "scope": "openid profile",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": digest.rstrip("="),
        "code_challenge_method": "S256",
    }
    assert pending.verifier not in url
    assert len(pending.verifier) >= 43


def test_each_sign_in_has_secrets_of_its_own() -> None:
    one, two = begin_sign_in("/"), begin_sign_in("/")
    assert len({one.state, one.nonce, one.verifier, two.state, two.nonce, two.verifier}) == 6


def test_the_answer_of_the_provider_belongs_to_the_browser_that_asked() -> None:
    pending = begin_sign_in("/#/documents")
    assert resume_sign_in(pending.to_cookie(), pending.state) == pending
    foreign = begin_sign_in("/")
    for cookie, state in (
        (None, pending.state),
        ("", ""),
        (pending.to_cookie(), foreign.state),
        (pending.to_cookie(), ""),
        (foreign.to_cookie(), pending.state),
        ("no base64!", pending.state),
        ("e30", pending.state),
        ("W10", pending.state),
        ("x" * 5000, pending.state),
        ("ä", "ä"),
    ):
        with pytest.raises(Unauthorized) as caught:
            resume_sign_in(cookie, state)
        assert caught.value.code == "sign_in_failed"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "evil",
        "",
        "/a\nb",
        "/" + "a" * 2500,
    ],
)
def test_a_sign_in_never_leads_to_another_site(path: str) -> None:
    assert own_path(path) == "/"
    pending = begin_sign_in("/")
    changed = json.dumps({"state": "s", "nonce": "n", "verifier": "v", "back": path})
    cookie = base64.urlsafe_b64encode(changed.encode()).decode().rstrip("=")
    assert resume_sign_in(cookie, "s").back == "/"
    assert pending.back == "/"


@pytest.mark.parametrize("path", ["/", "/#/documents", "/?a=b#c"])
def test_a_sign_in_leads_back_to_the_page_that_asked(path: str) -> None:
    assert begin_sign_in(path).back == path


@pytest.mark.parametrize(
    "cookie",
    [
        b"[" * 2900,
        b'{"state": "\\ud800", "nonce": "n", "verifier": "v", "back": "/"}',
        b'{"state": "s", "nonce": "n", "verifier": "\\ud800", "back": "/"}',
    ],
    ids=["nested", "no text", "no text to send"],
)
def test_a_cookie_that_somebody_made_up_is_an_answer_that_belongs_to_nobody(cookie: bytes) -> None:
    with pytest.raises(Unauthorized):
        resume_sign_in(base64.urlsafe_b64encode(cookie).decode().rstrip("="), "s")
