"""The tokens of a provider: only one that it signed, for this service, and that is valid now, names a user."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.access.oidc.tokens import LEEWAY_SECONDS, find_key, key_id_of, read_claims, user_of
from core.access import OidcSettings
from core.errors import Unauthorized

ISSUER, AUDIENCE = "https://login.example.com", "groundwork"
SETTINGS = OidcSettings(ISSUER, AUDIENCE)


@cache
def private_key(number: int = 0) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def elliptic_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwk(**more: Any) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(private_key().public_key(), as_dict=True), "kid": "one", **more}


def token(algorithm: str = "RS256", key: Any = None, headers: Mapping[str, Any] | None = None, **changed: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 300, **changed}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(
        claims, private_key() if key is None else key, algorithm, headers={"kid": "one", **(headers or {})}
    )


def test_a_token_of_the_provider_has_its_claims() -> None:
    assert read_claims(token(), jwk(), SETTINGS, AUDIENCE)["sub"] == "ada"
    assert read_claims(token(aud=["other", AUDIENCE]), jwk(), SETTINGS, AUDIENCE)["sub"] == "ada"
    elliptic = {**ECAlgorithm.to_jwk(elliptic_key().public_key(), as_dict=True), "kid": "one"}
    assert read_claims(token("ES256", elliptic_key()), elliptic, SETTINGS, AUDIENCE)["sub"] == "ada"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": []},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": 4_000_000_000},
    ],
    ids=str,
)
def test_a_token_for_another_service_or_of_another_issuer_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Unauthorized) as caught:
        read_claims(token(**changed), jwk(), SETTINGS, AUDIENCE)
    assert caught.value.code == "invalid_token"


def test_an_expired_token_is_known_as_one_and_clocks_may_differ() -> None:
    now = int(time.time())
    assert read_claims(token(exp=now - LEEWAY_SECONDS + 20), jwk(), SETTINGS, AUDIENCE)
    assert read_claims(token(nbf=now + LEEWAY_SECONDS - 20), jwk(), SETTINGS, AUDIENCE)
    with pytest.raises(Unauthorized) as caught:
        read_claims(token(exp=now - LEEWAY_SECONDS - 20), jwk(), SETTINGS, AUDIENCE)
    assert caught.value.code == "token_expired"


def test_a_token_that_another_key_signed_is_refused() -> None:
    with pytest.raises(Unauthorized):
        read_claims(token(key=private_key(1)), jwk(), SETTINGS, AUDIENCE)


def test_a_token_cannot_choose_its_algorithm() -> None:
    public = "a public key, which everybody knows, as the secret of a MAC"
    for forged in (token("HS256", public), token("none", ""), token("RS512")):
        with pytest.raises(Unauthorized):
            read_claims(forged, jwk(), SETTINGS, AUDIENCE)
    assert read_claims(token("RS512"), jwk(), replace(SETTINGS, algorithms=("RS512",)), AUDIENCE)
    with pytest.raises(Unauthorized):
        read_claims(token("RS512"), jwk(alg="RS256"), replace(SETTINGS, algorithms=("RS256", "RS512")), AUDIENCE)


def test_a_text_that_is_no_token_has_no_key() -> None:
    for text in ("", "a.b.c", "x" * 20_000):
        with pytest.raises(Unauthorized):
            key_id_of(text)


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "ä.ö.ü", "." * 50, "x" * 20_000, "e30.e30."])
def test_a_text_that_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unauthorized):
        read_claims(text, jwk(), SETTINGS, AUDIENCE)


def test_a_changed_token_is_refused() -> None:
    head, body, signature = token().split(".")
    other = token(sub="eve").split(".")[1]
    for changed in (f"{head}.{other}.{signature}", f"{head}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA"):
        with pytest.raises(Unauthorized):
            read_claims(changed, jwk(), SETTINGS, AUDIENCE)


def test_the_key_is_that_of_the_id_or_the_only_one() -> None:
    one, two, encrypting = jwk(), jwk(kid="two", use="sig"), jwk(kid="three", use="enc")
    assert find_key([one, two, encrypting], "two") == two
    assert find_key([one, two], "four") is None
    assert find_key([one, encrypting], "three") is None
    assert find_key([one, encrypting], None) == one
    assert find_key([one, two], None) is None
    assert find_key([], "one") is None
    assert key_id_of(token()) == "one"


@pytest.mark.parametrize(
    ("claims", "claim", "groups"),
    [
        ({"groups": ["staff", "it"]}, "groups", {"staff", "it"}),
        ({"groups": "staff"}, "groups", {"staff"}),
        ({"groups": ["staff", 7, None, "", ["it"]]}, "groups", {"staff"}),
        ({"groups": {"staff": True}}, "groups", set()),
        ({"groups": ""}, "groups", set()),
        ({}, "groups", set()),
        ({"realm_access": {"roles": ["staff"]}}, "realm_access.roles", {"staff"}),
        ({"realm_access": ["roles"]}, "realm_access.roles", set()),
        ({"https://example.com/groups": ["staff"]}, "https://example.com/groups", {"staff"}),
    ],
)
def test_the_groups_are_the_texts_of_the_claim(claims: dict[str, Any], claim: str, groups: set[str]) -> None:
    assert user_of({"sub": "ada", **claims}, claim).groups == groups


def test_the_name_of_a_user_is_the_first_that_is_there() -> None:
    named = {"sub": "248289761001", "name": "", "preferred_username": "ada", "email": "ada@example.com"}
    assert user_of(named, "groups").name == "ada"
    assert user_of({"sub": "248289761001"}, "groups").name == "248289761001"
