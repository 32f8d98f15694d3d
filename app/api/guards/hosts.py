"""Which hosts the service answers for: the defence against DNS rebinding.

A page on `evil.example` can let that name resolve to 127.0.0.1 after it was loaded. The browser then counts the service
as the page's own origin: the page may read every document, and only the `Host` header still shows the attacker's name.

Always accepted: `localhost`, names below it (browsers resolve them to this machine), and IP addresses, because
rebinding needs a name. Probes of Kubernetes and scrapes of Prometheus use the pod's address, so they need no setting.
Every other name must be the one that the service is configured to listen on (GROUNDWORK_HOST), that of
GROUNDWORK_PUBLIC_URL, or be listed in GROUNDWORK_ALLOWED_HOSTS. Ports are not compared.

Starlette's TrustedHostMiddleware cannot express this: it compares strings, so it can neither accept every IP address
nor read an IPv6 address, and it answers in plain text.

Not covered: `X-Forwarded-Host`, which is neither read nor trusted.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers

from core.errors import Misdirected, RequestError
from core.settings import Settings

_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_SHOWN_CHARACTERS = 100
"""Of a header's value in a message: enough for every real host and origin (DNS allows 253), too few to flood a log."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host as a URL or a `Host` header names it: lower case, IPv6 without brackets, `port` None for the default."""

    name: str
    port: int | None


def parse_host(value: str) -> Host | None:
    """Read `name`, `name:port`, `address:port` or `[IPv6 address]:port`; None for anything else."""
    found = _HOST.fullmatch(value)
    if found is None:
        return None
    name = found["name"].strip("[]").lower().removesuffix(".")
    return Host(name, int(found["port"]) if found["port"] else None)


def check_host(headers: Headers, http_version: str, settings: Settings) -> None:
    """Raise RequestError for a missing, repeated or malformed `Host`, and Misdirected for one that is not allowed.

    Only HTTP/1.0 may leave the header out; no browser speaks it.
    """
    if "*" in settings.allowed_hosts:
        return
    values = headers.getlist("host")
    if not values and http_version == "1.0":
        return
    host = parse_host(values[0]) if len(values) == 1 else None
    if host is None:
        raise RequestError(
            f"The request has the Host header {shown(', '.join(values))}; it must have exactly one, of the form "
            "name:port.",
            code="invalid_host",
        )
    if not _is_allowed(host.name, settings):
        raise Misdirected(
            f"This service does not answer for the host {shown(host.name)}. If it is one of its names, add it to the "
            "setting GROUNDWORK_ALLOWED_HOSTS (comma-separated host names) and restart the service.",
            code="host_not_allowed",
        )


def shown(value: str) -> str:
    """Return a header's value for a message: quoted, without control characters, cut to 100 characters."""
    return ascii(value if len(value) <= _SHOWN_CHARACTERS else f"{value[:_SHOWN_CHARACTERS]}...")


def _is_allowed(name: str, settings: Settings) -> bool:
    return (
        name == "localhost"
        or name.endswith(".localhost")
        or _is_address(name)
        or name in (settings.host.lower(), settings.access.public_host)
        or _matches(name, settings.allowed_hosts)
    )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _matches(name: str, patterns: Sequence[str]) -> bool:
    """Return whether a pattern matches a name. `*.example.com` means every name below it, and not example.com."""
    return any(name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern for pattern in patterns)
