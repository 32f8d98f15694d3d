"""Who may use the guard: callers with its key, or any user who is on this machine.

Without a key, a web page of any site could send requests to a guard on this machine: a name that resolves to 127.0.0.1
(DNS rebinding), or a request across sites. So the `Host` must be this machine or an IP address, and the `Origin`, which
browsers add, the same host. A guard that is open to all asks this of browsers only, since it has names of its own in
its network. With a key neither is compared, since no page of another site knows the key.

Not covered: browsers that send requests across sites (CORS) to a guard with a key; the answer to a preflight is that of
the upstream.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from app.guard.settings import GuardSettings
from core.errors import Forbidden, Misdirected, Unauthorized


def check_caller(headers: Mapping[str, str], settings: GuardSettings) -> None:
    """Raise RequestError where a request may not use the guard. Names of headers are in lower case."""
    if settings.key is not None:
        _check_key(headers.get("authorization", ""), settings.key)
    elif not settings.open_to_all or "origin" in headers or "sec-fetch-site" in headers:
        _check_local(headers)


def _check_key(authorization: str, key: str) -> None:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), key.encode()):
        raise Unauthorized(
            "This guard asks for its key: send Authorization: Bearer KEY.",
            code="invalid_api_key" if authorization else "authentication_required",
        )


def _check_local(headers: Mapping[str, str]) -> None:
    host = _host_of(f"//{headers.get('host', '')}")
    if host is None or not _is_local(host):
        raise Misdirected(
            f"This guard does not answer for the host {headers.get('host', '')[:100]!a}: use localhost or an IP "
            "address. Where others are to reach it, set GROUNDWORK_GUARD_KEY.",
            code="host_not_allowed",
        )
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    if (origin is not None and _host_of(origin) != host) or site not in ("none", "same-origin"):
        raise Forbidden(
            "The request comes from a web page of another site. Set GROUNDWORK_GUARD_KEY and send the key, or ask from "
            "the page's own server.",
            code="origin_not_allowed",
        )


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_local(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return True
