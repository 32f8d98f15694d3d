"""On whose behalf a request comes, and whether it may do what it asks: decided once, before the request is routed.

`Authorization: Bearer gww_…` is the token of a widget's session, in every mode. All other credentials are read as
`app/access/access.py` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from app.access.access import Access
from app.api.callers import keep_principal
from app.api.guards.addresses import address_of, peer_of
from app.api.guards.cors import origin_of
from app.api.guards.origins import is_same_origin
from app.service.principals import LOCAL, NOBODY, Principal, is_public, scope_of
from app.service.widget.sites import Sites
from app.service.widget.tokens import TOKEN_PREFIX, invalid_token
from core.access import AuthMode
from core.errors import Forbidden, Unauthorized

LOCAL_TOKEN = "x-groundwork-token"  # noqa: S105
"""The header of the token of the data directory."""
_SIGN_IN_PATHS = "/v1/"
_MISSING: Mapping[AuthMode, str] = {
    "keys": (
        "This service needs an API key: send it as Authorization: Bearer gwk_…, or enter it on the page. An "
        "administrator makes one: groundwork keys create NAME"
    ),
    "oidc": (
        "This service needs a sign-in: sign in on its page, or send a Bearer token of its provider, or an API key."
    ),
    "proxy": "The proxy of this service has named no user. Sign in there, or send an API key as a Bearer token.",
}


async def establish_principal(scope: Scope, headers: Headers, sites: Sites, access: Access) -> Principal:
    """Return the principal of a request, and keep it for its route.

    Raises Unauthorized for credentials that are not valid here or are missing, Forbidden for a request that the
    principal's scopes do not allow, and what `Access.principal` raises.
    """
    method, path = scope["method"], scope["path"]
    principal = await _principal(scope, headers, sites, access)
    keep_principal(scope, principal)
    needed = scope_of(method, path)
    if not principal.may(needed) and (principal.kind == "widget" or not is_public(method, path)):
        raise _missing_scope(principal, method, path, access.settings.mode)
    return principal


async def _principal(scope: Scope, headers: Headers, sites: Sites, access: Access) -> Principal:
    token = _widget_token(headers)
    if token is not None:
        return sites.principal(token, origin_of(headers), is_same_origin=is_same_origin(headers))
    if not is_public(scope["method"], scope["path"]):
        return await _of_credentials(scope, headers, access)
    if not scope["path"].startswith(_SIGN_IN_PATHS) and not access.settings.is_open:
        # Probes and files depend on no database.
        return LOCAL if access.is_local(headers.get(LOCAL_TOKEN)) else NOBODY
    try:
        return await _of_credentials(scope, headers, access)
    except Unauthorized:
        # Who signs in may have a session that has ended.
        return NOBODY


async def _of_credentials(scope: Scope, headers: Headers, access: Access) -> Principal:
    return await access.principal(
        bearer=_only_bearer(headers),
        local_token=headers.get(LOCAL_TOKEN),
        session=access.cookies(scope.get("scheme", "http")).session(cookies_of(headers)),
        headers=_by_name(headers),
        peer=peer_of(scope),
        address=address_of(scope),
    )


def cookies_of(headers: Headers) -> dict[str, str]:
    """Return the cookies of a request, as the routes read them.

    As browsers write them: Python's own `SimpleCookie` reads none where that of another program has a quotation mark.
    """
    return cookie_parser("; ".join(headers.getlist("cookie")))


def _missing_scope(principal: Principal, method: str, path: str, mode: AuthMode) -> Unauthorized | Forbidden:
    if principal.kind == "widget":
        return Forbidden(
            f"A session of the widget may not use {method} {path[:100]!a}. It may read GET /v1/configuration and "
            "send POST /v1/chat/completions, /v1/search and /v1/feedback.",
            code="insufficient_scope",
        )
    if principal.kind == "anonymous":
        return Unauthorized(_MISSING[mode], code="authentication_required")
    what = "This API key" if principal.kind == "key" else "Your groups"
    return Forbidden(
        f"{what} may not use {method} {path[:100]!a}. It takes another role: an administrator gives roles to keys "
        "(groundwork keys create --role) and to groups of users (GROUNDWORK_INGEST_GROUPS, GROUNDWORK_ADMIN_GROUPS).",
        code="insufficient_scope",
    )


def _widget_token(headers: Headers) -> str | None:
    """Return the widget token of a request, or None. Raises Unauthorized for one beside another `Authorization`."""
    values = headers.getlist("authorization")
    tokens = [token for value in values if (token := _bearer(value)).startswith(TOKEN_PREFIX)]
    if tokens and len(values) > 1:
        raise invalid_token()
    return tokens[0] if tokens else None


def _only_bearer(headers: Headers) -> str | None:
    """Return the Bearer token of a request, or None. Two headers are none: their readers could choose another one."""
    values = headers.getlist("authorization")
    return _bearer(values[0]) or None if len(values) == 1 else None


def _bearer(value: str) -> str:
    """Return the token of the scheme Bearer, whose name has no case (RFC 9110, section 11.1); else an empty text."""
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _by_name(headers: Headers) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers.items():
        found.setdefault(name.lower(), []).append(value)
    return found
