"""The cookies of the page: its session, and a sign-in that has begun.

Both are HttpOnly, so that no script reads them, and SameSite=Lax, so that no other site's request has them, except for
a link that is followed. Requests that change something are compared with their origin as well
(`app/api/guards/origins.py`). Over https they are Secure and their names begin with `__Host-`, so that no other host of
the domain can set them (RFC 6265bis, section 4.1.3).
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

_SESSION = "groundwork-session"
_PENDING = "groundwork-sign-in"
_HOST_ONLY = "__Host-"


class Cookies:
    """Reads and sets the cookies. `is_secure`: browsers reach the service over https."""

    def __init__(self, *, is_secure: bool) -> None:
        self._is_secure = is_secure
        prefix = _HOST_ONLY if is_secure else ""
        self._session, self._pending = prefix + _SESSION, prefix + _PENDING

    def session(self, sent: Mapping[str, str]) -> str | None:
        """Return the token of the session; None without one."""
        return sent.get(self._session) or None

    def pending(self, sent: Mapping[str, str]) -> str | None:
        """Return the sign-in that has begun; None without one."""
        return sent.get(self._pending) or None

    def set_session(self, response: Response, token: str, seconds: int) -> None:
        """Let the browser keep the session."""
        self._set(response, self._session, token, seconds)

    def set_pending(self, response: Response, value: str, seconds: int) -> None:
        """Let the browser keep a sign-in that has begun."""
        self._set(response, self._pending, value, seconds)

    def drop_session(self, response: Response) -> None:
        """Let the browser forget the session."""
        self._set(response, self._session, "", 0)

    def drop_pending(self, response: Response) -> None:
        """Let the browser forget the sign-in that had begun."""
        self._set(response, self._pending, "", 0)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._is_secure, httponly=True, samesite="lax"
        )
