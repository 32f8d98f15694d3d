"""The token of a widget's session."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from types import MappingProxyType

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.service.widget.tokens import SESSION_SECONDS, TOKEN_PREFIX, Claims, issue_token, read_token
from core.errors import Unauthorized

KEY, ORIGIN, SECRET = "portal-7f3a", "https://www.example.com", "s" * 64
TOKEN = issue_token(KEY, ORIGIN, SECRET, time.time()).token


def code_of(token: str, secret: str = SECRET) -> str:
    with pytest.raises(Unauthorized) as caught:
        read_token(token, secret)
    assert caught.value.status == 401
    assert "POST /v1/widget/session" in str(caught.value)
    assert len(token) < 100 or token not in str(caught.value)
    return caught.value.code


def signed(secret: str = SECRET, algorithm: str = "HS384", changes: Mapping[str, object] = MappingProxyType({})) -> str:
    claims = {
        "aud": "groundwork-widget",
        "exp": int(time.time()) + 60,
        "site": KEY,
        "origin": ORIGIN,
        "session": "abc",
        **changes,
    }
    return TOKEN_PREFIX + jwt.encode(
        {name: value for name, value in claims.items() if value is not None}, secret, algorithm=algorithm
    )


def test_a_token_says_what_it_was_made_for() -> None:
    claims = read_token(TOKEN, SECRET)
    assert (claims.site_key, claims.origin) == (KEY, ORIGIN)
    assert len(claims.session) == 16
    assert read_token(signed(), SECRET) == Claims(KEY, ORIGIN, "abc")


def test_every_session_has_an_id_of_its_own() -> None:
    tokens = [issue_token(KEY, ORIGIN, SECRET, time.time()).token for _ in range(100)]
    assert len({read_token(token, SECRET).session for token in tokens}) == 100


def test_a_token_expires_after_half_an_hour() -> None:
    now = time.time()
    assert issue_token(KEY, ORIGIN, SECRET, now).expires_at == int(now) + SESSION_SECONDS == int(now) + 1800
    read_token(issue_token(KEY, ORIGIN, SECRET, now - 1790).token, SECRET)
    assert code_of(issue_token(KEY, ORIGIN, SECRET, now - 1801).token) == "session_expired"


def test_an_expired_token_of_another_service_is_not_known_to_have_been_valid() -> None:
    assert code_of(issue_token(KEY, ORIGIN, "t" * 64, time.time() - 1801).token) == "invalid_token"


@given(st.integers(0, len(TOKEN) - 1), st.characters(min_codepoint=0, max_codepoint=255))
def test_a_token_with_any_changed_character_is_refused(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    if changed != TOKEN:
        assert code_of(changed) == "invalid_token"


def test_a_token_with_any_character_of_its_alphabet_changed_is_refused() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for character in alphabet.replace(TOKEN[-1], ""):
        assert code_of(TOKEN[:-1] + character) == "invalid_token"


@given(st.integers(0, len(TOKEN)), st.text(min_size=1, max_size=5))
def test_a_token_with_anything_added_is_refused(place: int, added: str) -> None:
    assert code_of(TOKEN[:place] + added + TOKEN[place:]) == "invalid_token"


@given(st.text(max_size=300) | st.text(max_size=300).map(lambda text: TOKEN_PREFIX + text))
def test_any_other_text_is_refused(text: str) -> None:
    assert code_of(text) == "invalid_token"


@pytest.mark.parametrize("token", [TOKEN_PREFIX, TOKEN_PREFIX + "..", TOKEN[:-1], TOKEN + "x" * 5000, TOKEN * 2])
def test_a_token_of_another_length_is_refused(token: str) -> None:
    assert code_of(token) == "invalid_token"


def test_another_secret_and_another_hash_are_refused() -> None:
    assert code_of(signed("t" * 64)) == "invalid_token"
    assert code_of(signed("t" * 64, "HS512")) == "invalid_token"
    assert code_of(signed(algorithm="HS256")) == "invalid_token"
    assert code_of(signed(algorithm="HS512")) == "invalid_token"


def test_an_unsigned_token_is_refused() -> None:
    _, payload, signature = TOKEN.removeprefix(TOKEN_PREFIX).split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    for end in ("", signature, "A" * 64):
        assert code_of(f"{TOKEN_PREFIX}{header}.{payload}.{end}") == "invalid_token"


@pytest.mark.parametrize("missing", ["aud", "exp", "site", "origin", "session"])
def test_a_signed_token_without_one_of_its_claims_is_refused(missing: str) -> None:
    assert code_of(signed(changes={missing: None})) == "invalid_token"


def test_a_token_that_the_same_secret_signed_for_another_use_is_refused() -> None:
    assert code_of(signed(changes={"aud": "something-else"})) == "invalid_token"
