"""`/v1/access`, `/v1/sign-in` and `/v1/sign-out` for the page, and `/v1/audit`."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from app.access.access import Access
from app.access.audit import act_of
from app.access.credentials import SESSION_LENGTH
from app.access.oidc.flow import (
    CALLBACK_PATH,
    PENDING_SECONDS,
    authorization_url,
    begin_sign_in,
    resume_sign_in,
)
from app.api.access.requests import SignInRequest
from app.api.access.responses import AccessState, AuditEntry, AuditLog, SignedOut, SignInKind
from app.api.callers import Caller
from app.api.guards.addresses import address_of
from app.api.openapi import error_responses
from app.service.principals import Principal
from app.service.service import Service
from core.access import OidcSettings
from core.errors import Conflict, ProviderFault, Unauthorized

_FAILED = "/?sign-in=failed"
_log = logging.getLogger("groundwork")
_SESSION_SECONDS = int(SESSION_LENGTH.total_seconds())
_Back = Annotated[str, Query(description="The path of the page to go back to.")]
_FromProvider = Annotated[str, Query(description="From the provider.")]
_Limit = Annotated[int, Query(ge=1, le=1000, description="How many acts to show.")]
_Before = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Show acts with a smaller number.")]


def access_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()
    access = service.access

    @routes.get("/v1/access", responses=error_responses(503))
    def state(principal: Caller, sent: Request) -> AccessState:
        """Show who the caller is, and how to sign in. Everybody may read it."""
        return access_state(access, principal, sent)

    @routes.get("/v1/sign-in", responses=error_responses(409, 503), response_class=RedirectResponse, status_code=302)
    async def sign_in(sent: Request, back: _Back = "/") -> Response:
        """Send the browser to the provider, where the user signs in."""
        client = _client(access)
        if access.provider is None or client is None:
            raise _no_sign_in("at a provider")
        pending = begin_sign_in(back)
        endpoint = (await access.provider.metadata()).authorization_endpoint
        answer = RedirectResponse(authorization_url(endpoint, client, pending, _redirect_uri(access)), 302)
        access.cookies(sent.url.scheme).set_pending(answer, pending.to_cookie(), PENDING_SECONDS)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.get(CALLBACK_PATH, responses=error_responses(503), response_class=RedirectResponse, status_code=302)
    async def callback(
        sent: Request, state: _FromProvider = "", code: _FromProvider = "", error: _FromProvider = ""
    ) -> Response:
        """Take the browser back from the provider, begin the session of the page, and show the page again.

        After a sign-in that has failed, the page says so.
        """
        cookies = access.cookies(sent.url.scheme)
        try:
            pending = resume_sign_in(cookies.pending(sent.cookies), state)
            if error or not code:
                raise Unauthorized(f"The provider answered {(error or 'without a code')[:100]!a}.")
            token, principal = await access.sign_in_with_code(code, pending, _redirect_uri(access))
        except Unauthorized as failure:
            _log.warning("a sign-in failed: %s", failure)
            return RedirectResponse(_FAILED, 302)
        await _record(access, principal, sent, "session.begin")
        answer = RedirectResponse(pending.back, 302)
        cookies.drop_pending(answer)
        cookies.set_session(answer, token, _SESSION_SECONDS)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.post("/v1/sign-in", status_code=204, responses=error_responses(409, 429, 503, changes=True))
    async def sign_in_with_key(request: SignInRequest, sent: Request) -> Response:
        """Begin a session of the page with an API key. The session ends with the key."""
        if _sign_in_of(access) != "key":
            raise _no_sign_in("with an API key")
        token, principal = await access.sign_in_with_key(request.api_key.strip(), address_of(sent.scope))
        await _record(access, principal, sent, "session.begin")
        answer = Response(status_code=204)
        access.cookies(sent.url.scheme).set_session(answer, token, _SESSION_SECONDS)
        return answer

    @routes.post("/v1/sign-out", responses=error_responses(503, changes=True))
    async def sign_out(principal: Caller, sent: Request, answer: Response) -> SignedOut:
        """End the session of the page."""
        cookies = access.cookies(sent.url.scheme)
        token = cookies.session(sent.cookies)
        if token is not None:
            await access.sign_out(token)
            if principal.kind in ("key", "user"):
                await _record(access, principal, sent, "session.end")
        cookies.drop_session(answer)
        return SignedOut(next_url=await _end_at_provider(access))

    @routes.get("/v1/audit", responses=error_responses(503))
    async def audit(limit: _Limit = 100, before: _Before = None) -> AuditLog:
        """Show administrative acts, newest first. For administrators."""
        from app.access.acts import latest_acts

        acts = await access.database.run(lambda: latest_acts(access.database, limit, before))
        return AuditLog(
            acts=[AuditEntry.model_validate(act) for act in acts],
            before=acts[-1].id if len(acts) == limit else None,
        )

    return routes


def access_state(access: Access, principal: Principal, sent: Request) -> AccessState:
    """Return who the caller of a request is, and how to sign in."""
    has_session = access.cookies(sent.url.scheme).session(sent.cookies) is not None
    signs_in = _sign_in_of(access)
    signed_in = principal.kind in ("key", "user", "local")
    return AccessState(
        sign_in=signs_in,
        signed_in=signed_in,
        id=principal.id,
        name=principal.name,
        may_ask=principal.may("ask"),
        may_sign_out=signed_in and has_session and signs_in in ("key", "provider"),
    )


def _sign_in_of(access: Access) -> SignInKind:
    if access.settings.is_open:
        return "none"
    if access.settings.mode == "proxy":
        return "proxy"
    return "provider" if _client(access) is not None else "key"


def _client(access: Access) -> OidcSettings | None:
    """Return the settings of the provider where the page can sign in at it."""
    oidc = access.settings.oidc
    return oidc if oidc is not None and oidc.client_id is not None else None


def _redirect_uri(access: Access) -> str:
    return f"{access.settings.public_url or ''}{CALLBACK_PATH}"


async def _end_at_provider(access: Access) -> str | None:
    """Return the provider's page for signing out (OpenID Connect RP-Initiated Logout 1.0)."""
    client = _client(access)
    if access.provider is None or client is None:
        return None
    try:
        endpoint = (await access.provider.metadata()).end_session_endpoint
    except ProviderFault as error:
        _log.warning("signed out here only: %s", error)
        return None
    if endpoint is None:
        return None
    query = urlencode({"client_id": client.client_id, "post_logout_redirect_uri": f"{access.settings.public_url}/"})
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"


async def _record(access: Access, principal: Principal, sent: Request, action: str) -> None:
    await access.audit.add(act_of(principal, datetime.now(UTC), address_of(sent.scope), action, status=200))


def _no_sign_in(how: str) -> Conflict:
    return Conflict(f"Nobody signs in {how} here: GET /v1/access says how it is done.", code="no_sign_in")
