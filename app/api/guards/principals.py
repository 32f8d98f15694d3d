"""On whose behalf a request comes: made once for each request, before it is routed.

`Authorization: Bearer gww_…` is the token of a widget's session. Any other value, or none, makes the principal
anonymous, as `app/service/principals.py` explains.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

from app.api.callers import keep_principal
from app.api.guards.cors import is_same_origin, origin_of
from app.service.principals import ANONYMOUS, Principal, scope_of
from app.service.widget.sites import Sites
from app.service.widget.tokens import TOKEN_PREFIX, invalid_token
from core.errors import Forbidden


def establish_principal(scope: Scope, headers: Headers, sites: Sites) -> Principal:
    """Return the principal of a request, and keep it for its route.

    Raises Unauthorized for a widget token that is not valid here, and Forbidden for a request that the principal's
    scopes do not allow.
    """
    token = _widget_token(headers)
    principal = ANONYMOUS
    if token is not None:
        principal = sites.principal(token, origin_of(headers), is_same_origin=is_same_origin(headers))
    method, path = scope["method"], scope["path"]
    if not principal.may(scope_of(method, path)):
        raise Forbidden(
            f"A session of the widget may not use {method} {path[:100]!a}. It may read GET /v1/configuration and "
            "send POST /v1/chat/completions, /v1/search and /v1/feedback.",
            code="insufficient_scope",
        )
    keep_principal(scope, principal)
    return principal


def _widget_token(headers: Headers) -> str | None:
    """Return the widget token of a request, or None. Raises Unauthorized for one beside another `Authorization`."""
    values = headers.getlist("authorization")
    tokens = [token for value in values if (token := _bearer(value)).startswith(TOKEN_PREFIX)]
    if tokens and len(values) > 1:
        raise invalid_token()
    return tokens[0] if tokens else None


def _bearer(value: str) -> str:
    """Return the token of the scheme Bearer, whose name has no case (RFC 9110, section 11.1); else an empty text."""
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
