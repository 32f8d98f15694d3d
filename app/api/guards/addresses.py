"""The IP address of the caller, for the limits, and that of the connection, for the mode `proxy`.

They are the same, except behind a proxy that GROUNDWORK_TRUSTED_PROXIES names: there the caller's is the last address
in `X-Forwarded-For` that is no trusted proxy. The header of any other connection is not read.
"""

from __future__ import annotations

from starlette.types import Scope

PEER = "groundwork.peer"
"""Where `BehindProxies` keeps the address of the connection."""


def address_of(scope: Scope) -> str:
    """Return the address; empty for a connection without one (a Unix socket), so that such callers share one."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def peer_of(scope: Scope) -> str:
    """Return the address of the connection, whatever its headers say; empty for one without an address."""
    peer = scope.get(PEER)
    return address_of(scope) if peer is None else str(peer)
