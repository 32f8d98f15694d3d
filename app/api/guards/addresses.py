"""The IP address of the caller, for the limits.

It is that of the connection. Behind a proxy that GROUNDWORK_TRUSTED_PROXIES names, uvicorn replaces it by the last
address in `X-Forwarded-For` that is no trusted proxy (`app/service/server.py`); the header of any other caller is not
read.
"""

from __future__ import annotations

from starlette.types import Scope


def address_of(scope: Scope) -> str:
    """Return the address; empty for a connection without one (a Unix socket), so that such callers share one."""
    client = scope.get("client")
    return str(client[0]) if client else ""
