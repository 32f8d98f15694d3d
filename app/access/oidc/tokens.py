"""Read the tokens of a provider: JSON Web Tokens, signed with a key that the provider publishes.

Checked are the signature with one of the allowed algorithms, the issuer, the audience, the expiry and the beginning of
the validity (RFC 9068, section 4; OpenID Connect Core 1.0, section 3.1.3.7). The algorithm is compared with the list of
the settings and with the key: a token cannot choose another one (RFC 8725, section 3.1).

Not covered: opaque access tokens, which only the provider can read (RFC 7662), and encrypted ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from core.access import OidcSettings
from core.errors import Unauthorized

LEEWAY_SECONDS = 60
"""By which the clocks of provider and service may differ. Chosen: what most libraries accept."""
_MAX_CHARACTERS = 16_000
"""Of a token. Providers with hundreds of groups make tokens of about 8,000, the limit of most servers for a header."""
_MOST_GROUPS = 1_000
_NAME_CLAIMS = ("name", "preferred_username", "email")

Key = Mapping[str, Any]
"""A JSON Web Key, as the provider publishes it (RFC 7517)."""


@dataclass(frozen=True, slots=True)
class User:
    """A user of the provider. `subject` never changes; `name` is shown."""

    subject: str
    name: str
    groups: frozenset[str]


def key_id_of(token: str) -> str | None:
    """Return the id of the key that a token says it is signed with; None where it does not say.

    Raises Unauthorized for a text that is no token.
    """
    if len(token) > _MAX_CHARACTERS:
        raise invalid_token("it is too long")
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError:
        raise invalid_token("it is no JSON Web Token") from None
    return str(key_id) if key_id is not None else None


def find_key(keys: Sequence[Key], key_id: str | None) -> Key | None:
    """Return the key for signatures with this id; without an id, the only one."""
    signing = [key for key in keys if key.get("use", "sig") == "sig"]
    if key_id is None:
        return signing[0] if len(signing) == 1 else None
    return next((key for key in signing if key.get("kid") == key_id), None)


def read_claims(token: str, key: Key, settings: OidcSettings, audience: str) -> Mapping[str, Any]:
    """Return the claims of a token that this key has signed for this audience. Raises Unauthorized."""
    try:
        algorithm = str(jwt.get_unverified_header(token).get("alg"))
        if algorithm not in settings.algorithms or key.get("alg", algorithm) != algorithm:
            raise invalid_token("its algorithm is not allowed")
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(dict(key), algorithm=algorithm),
            algorithms=list(settings.algorithms),
            audience=audience,
            issuer=settings.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        raise Unauthorized("The token has expired. Get a new one from the provider.", code="token_expired") from None
    except (jwt.InvalidTokenError, jwt.PyJWKError, jwt.InvalidKeyError):
        raise invalid_token("its signature, issuer or audience is not what it must be") from None
    if not claims["sub"]:
        raise invalid_token("it names no user")
    return claims


def user_of(claims: Mapping[str, Any], groups_claim: str) -> User:
    """Return the user of checked claims. A claim with dots that is not there as it is written is a path."""
    subject = str(claims["sub"])
    names = (claims.get(name) for name in _NAME_CLAIMS)
    name = next((name for name in names if isinstance(name, str) and name), subject)
    return User(subject, name, _groups(_claim(claims, groups_claim)))


def invalid_token(reason: str) -> Unauthorized:
    """Return the error for a token that is not accepted."""
    return Unauthorized(
        f"The Bearer token is not accepted: {reason}. Get one from the provider for this service, or an API key.",
        code="invalid_token",
    )


def _claim(claims: Mapping[str, Any], name: str) -> object:
    if name in claims:
        return claims[name]
    value: object = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _groups(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value} if value else ())
    if not isinstance(value, list):
        return frozenset()
    return frozenset(group for group in value[:_MOST_GROUPS] if isinstance(group, str) and group)
