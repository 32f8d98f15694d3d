"""The authorization code flow with PKCE, as far as it is not a conversation with the provider (RFC 6749, RFC 7636).

What a sign-in has to remember until the provider sends the browser back is in a cookie of that browser: the state, with
which the answer is compared, the nonce of the id token, the secret of PKCE, and the page to go back to. It needs no
signature: it protects the browser that has it, and who can change it could also begin a sign-in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from core.access import OidcSettings
from core.errors import Unauthorized

CALLBACK_PATH = "/v1/sign-in/callback"
PENDING_SECONDS = 600
"""For which a sign-in may take. Chosen: long enough to look for a second factor."""
_BYTES = 32
_MAX_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that has begun. `back` is the path of the page to go back to."""

    state: str
    nonce: str
    verifier: str
    back: str

    def to_cookie(self) -> str:
        """Return the value of the cookie."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")


def begin_sign_in(back: str) -> Pending:
    """Begin a sign-in. A page to go back to that is not a path of this service is replaced by `/`."""
    return Pending(
        secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES), own_path(back)
    )


def authorization_url(endpoint: str, settings: OidcSettings, pending: Pending, redirect_uri: str) -> str:
    """Return the address of the provider at which the user signs in."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).decode().rstrip("=")
    query = urlencode(
        {
            "response_type": "code",
            "client_id": settings.client_id or "",
            "redirect_uri": redirect_uri,
            "scope": settings.scopes,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"


def resume_sign_in(cookie: str | None, state: str) -> Pending:
    """Return the sign-in of a browser that the provider has sent back. Raises Unauthorized for a foreign one."""
    pending = _read(cookie) if cookie and len(cookie) <= _MAX_CHARACTERS else None
    if pending is None or not secrets.compare_digest(pending.state.encode(), state.encode()):
        raise Unauthorized(
            "This answer of the provider does not belong to a sign-in of this browser, or came too late. "
            "Open the page and sign in again.",
            code="sign_in_failed",
        )
    return pending


def own_path(path: str) -> str:
    r"""Return the path if it is one of this service, else `/`.

    Browsers read `//host` and `/\host` as another host, and drop tabs and line breaks.
    """
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if is_own and len(path) <= 2_000 else "/"


def _read(cookie: str) -> Pending | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)))
        values = {name: str(found[name]) for name in ("state", "nonce", "verifier", "back")}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not all(values[name].isascii() for name in ("state", "nonce", "verifier")):
        return None
    return Pending(**{**values, "back": own_path(values["back"])})
