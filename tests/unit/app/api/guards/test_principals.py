"""On whose behalf a request comes, by its header Authorization."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest
from fastapi import Request
from starlette.datastructures import Headers

from app.api.callers import principal_of
from app.api.guards.principals import establish_principal
from app.service.metrics import Metrics
from app.service.principals import ANONYMOUS, Principal
from app.service.widget.sites import Sites
from core.errors import Forbidden, Unauthorized
from core.sites import Site

ORIGIN = "https://www.example.com"
SITES = Sites((Site("portal", "portal-7f3a", (ORIGIN,)),), lambda: "s" * 64, Metrics())
TOKEN = SITES.begin_session("portal-7f3a", ORIGIN, "").token


def establish(
    *authorization: str,
    method: str = "POST",
    path: str = "/v1/search",
    origin: str | None = ORIGIN,
    fetch_site: str | None = None,
) -> Principal:
    raw = [(b"authorization", value.encode("latin-1")) for value in authorization]
    raw += [] if origin is None else [(b"origin", origin.encode())]
    raw += [] if fetch_site is None else [(b"sec-fetch-site", fetch_site.encode())]
    scope: MutableMapping[str, Any] = {"type": "http", "method": method, "path": path}
    principal = establish_principal(scope, Headers(raw=raw), SITES)
    assert principal_of(Request(scope)) == principal
    return principal


@pytest.mark.parametrize("value", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER   {TOKEN} "])
def test_a_widget_token_makes_a_widget(value: str) -> None:
    principal = establish(value)
    assert principal.kind == "widget"
    assert principal.site is not None
    assert principal.site.name == "portal"


@pytest.mark.parametrize(
    "value",
    ["Bearer none", "Bearer sk-1234", "Bearer", "", "Basic Z3d3XzE6eA==", f"Basic {TOKEN}", TOKEN, "Bearer \xff\x01"],
)
def test_any_other_authorization_changes_nothing(value: str) -> None:
    assert establish(value) is ANONYMOUS
    assert establish(value, method="DELETE", path="/v1/documents/a.md") is ANONYMOUS


def test_a_request_without_authorization_is_anonymous() -> None:
    assert establish(origin=None) is ANONYMOUS


@pytest.mark.parametrize("value", ["Bearer gww_", "Bearer gww_x.y.z", f"Bearer {TOKEN}x", f"Bearer {TOKEN} {TOKEN}"])
def test_a_forged_token_does_not_make_the_request_anonymous(value: str) -> None:
    with pytest.raises(Unauthorized) as caught:
        establish(value)
    assert caught.value.code == "invalid_token"


def test_a_token_beside_another_authorization_is_refused() -> None:
    for values in ((f"Bearer {TOKEN}", "Bearer x"), ("Bearer x", f"Bearer {TOKEN}"), (f"Bearer {TOKEN}",) * 2):
        with pytest.raises(Unauthorized):
            establish(*values)


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
def test_a_token_from_elsewhere_is_refused(origin: str | None) -> None:
    with pytest.raises(Unauthorized):
        establish(f"Bearer {TOKEN}", origin=origin)


def test_a_page_of_the_services_own_origin_sends_none_with_a_get_request() -> None:
    read = {"method": "GET", "path": "/v1/configuration"}
    assert establish(f"Bearer {TOKEN}", origin=None, fetch_site="same-origin", **read).kind == "widget"
    for origin, fetch_site in ((None, "same-site"), (None, "none"), ("null", "same-origin"), ("", "same-origin")):
        with pytest.raises(Unauthorized):
            establish(f"Bearer {TOKEN}", origin=origin, fetch_site=fetch_site, **read)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/documents"), ("POST", "/v1/documents"), ("GET", "/"), ("GET", "/nowhere\r\n\x1b")]
)
def test_a_widget_is_refused_what_it_may_not_do_before_a_route_is_looked_for(method: str, path: str) -> None:
    with pytest.raises(Forbidden) as caught:
        establish(f"Bearer {TOKEN}", method=method, path=path)
    assert caught.value.code == "insufficient_scope"
    assert str(caught.value).isprintable()
