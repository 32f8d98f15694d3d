"""The token of a widget's session: a JSON Web Token that names the site, the origin and the session.

Signed with HMAC-SHA-384 by PyJWT. The hash has 48 bytes, 64 characters in base64url without a bit to spare, so that a
token has one spelling only: with SHA-256, the last character could be changed to three others. Its content is readable
by anyone who has it, and contains nothing that the page does not know.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

import jwt

from core.errors import Unauthorized

TOKEN_PREFIX = "gww_"  # noqa: S105
"""Of every token, which distinguishes it from the API keys that OpenAI's clients send."""
SESSION_SECONDS = 30 * 60
"""For which a token is valid. Chosen: longer than most visits, short enough to become useless in a log."""
_ALGORITHM = "HS384"
_AUDIENCE = "groundwork-widget"
_MAX_CHARACTERS = 2_000
"""Of a token. The longest key and origin (DNS: 253 characters) make one of about 700."""
_FORM = re.compile(rf"{TOKEN_PREFIX}(?P<jwt>[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{{64}})")


@dataclass(frozen=True, slots=True)
class WidgetSession:
    """A session of the widget. `expires_at` is in seconds since 1970."""

    token: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says."""

    site_key: str
    origin: str
    session: str


def issue_token(site_key: str, origin: str, secret: str, now: float) -> WidgetSession:
    """Return a token for a new session that begins `now`, in seconds since 1970."""
    expires_at = int(now) + SESSION_SECONDS
    claims = {
        "aud": _AUDIENCE,
        "exp": expires_at,
        "site": site_key,
        "origin": origin,
        "session": secrets.token_urlsafe(12),
    }
    return WidgetSession(TOKEN_PREFIX + jwt.encode(claims, secret, algorithm=_ALGORITHM), expires_at)


def read_token(token: str, secret: str) -> Claims:
    """Return what a token says.

    Raises Unauthorized with the code `session_expired` for one that was valid once, and with `invalid_token` for
    anything else.
    """
    found = _FORM.fullmatch(token) if len(token) <= _MAX_CHARACTERS else None
    if found is None:
        raise invalid_token()
    try:
        claims = jwt.decode(
            found["jwt"],
            secret,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["exp", "aud", "site", "origin", "session"]},
        )
    except jwt.ExpiredSignatureError:
        raise Unauthorized(
            f"The session of the widget has expired: it lasts {SESSION_SECONDS // 60} minutes. Begin a new one with "
            "POST /v1/widget/session.",
            code="session_expired",
        ) from None
    except jwt.InvalidTokenError:
        raise invalid_token() from None
    return Claims(str(claims["site"]), str(claims["origin"]), str(claims["session"]))


def invalid_token() -> Unauthorized:
    """Return the error for a token that is not valid here, which does not say why."""
    return Unauthorized(
        "The token of the widget's session is not valid for this service, or not for the origin of the page. Begin a "
        "new session with POST /v1/widget/session.",
        code="invalid_token",
    )
