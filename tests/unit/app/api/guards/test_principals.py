"""On whose behalf a request comes, by its header Authorization."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from fastapi import Request
from starlette.datastructures import Headers

from app.access.access import Access
from app.api.callers import principal_of
from app.api.errors import error_headers
from app.api.guards.principals import LOCAL_TOKEN as LOCAL_TOKEN_HEADER
from app.api.guards.principals import cookies_of, establish_principal
from app.service.metrics import Metrics
from app.service.principals import ANONYMOUS, LOCAL, NOBODY, Principal
from app.service.widget.sites import Sites
from core.access import AccessSettings
from core.errors import Forbidden, Unauthorized
from core.sites import Site
from testing.access import LOCAL_TOKEN, make_access

ORIGIN = "https://www.example.com"
SITES = Sites((Site("portal", "portal-7f3a", (ORIGIN,)),), lambda: "s" * 64, Metrics())
TOKEN = asyncio.run(SITES.begin_session("portal-7f3a", ORIGIN, "")).token
OPEN = make_access()


def establish(
    *authorization: str,
    method: str = "POST",
    path: str = "/v1/search",
    origin: str | None = ORIGIN,
    fetch_site: str | None = None,
    access: Access = OPEN,
) -> Principal:
    raw = [(b"authorization", value.encode("latin-1")) for value in authorization]
    raw += [] if origin is None else [(b"origin", origin.encode())]
    raw += [] if fetch_site is None else [(b"sec-fetch-site", fetch_site.encode())]
    scope: MutableMapping[str, Any] = {"type": "http", "method": method, "path": path}
    principal = asyncio.run(establish_principal(scope, Headers(raw=raw), SITES, access))
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
    read: dict[str, Any] = {"method": "GET", "path": "/v1/configuration"}
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


# Where the service asks who somebody is


KEYS, OIDC = make_access(AccessSettings(mode="keys")), make_access(AccessSettings(mode="oidc"))
PROXY = make_access(AccessSettings(mode="proxy"), proxies=("10.0.0.0/8",))


def send(access: Access, method: str, path: str, *headers: tuple[str, str], client: str = "203.0.113.9") -> Principal:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope: MutableMapping[str, Any] = {"type": "http", "method": method, "path": path, "client": (client, 1)}
    return asyncio.run(establish_principal(scope, Headers(raw=raw), SITES, access))


@pytest.mark.parametrize("access", [KEYS, OIDC, PROXY], ids=["keys", "oidc", "proxy"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/search"),
        ("POST", "/v1/ground"),
        ("GET", "/v1/models"),
        ("GET", "/v1/configuration"),
        ("GET", "/v1/documents"),
        ("HEAD", "/v1/documents/a.md"),
        ("GET", "/v1/documents/a.md/original"),
        ("DELETE", "/v1/documents/a.md"),
        ("GET", "/v1/corpus-health"),
        ("GET", "/metrics"),
        ("GET", "/v1/audit"),
        ("POST", "/"),
        ("POST", "/health"),
        ("GET", "//v1/documents"),
        ("GET", "/V1/documents"),
        ("GET", "/nowhere"),
    ],
)
def test_without_credentials_nothing_but_what_is_public_can_be_used(access: Access, method: str, path: str) -> None:
    with pytest.raises(Unauthorized) as caught:
        send(access, method, path, client="10.0.0.5")
    assert caught.value.code == "authentication_required"
    assert error_headers(caught.value) == {"WWW-Authenticate": 'Bearer realm="groundwork"'}


@pytest.mark.parametrize("access", [KEYS, OIDC, PROXY], ids=["keys", "oidc", "proxy"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/health"),
        ("GET", "/ready"),
        ("GET", "/widget/loader.js"),
        ("GET", "/v1/access"),
        ("POST", "/v1/sign-in"),
        ("POST", "/v1/sign-out"),
        ("POST", "/v1/widget/session"),
    ],
)
def test_what_is_public_asks_nobody(access: Access, method: str, path: str) -> None:
    assert send(access, method, path, client="10.0.0.5") is NOBODY


@pytest.mark.parametrize("access", [KEYS, OIDC, PROXY], ids=["keys", "oidc", "proxy"])
def test_a_widget_and_the_command_line_work_in_every_mode(access: Access) -> None:
    widget = send(access, "POST", "/v1/search", ("Authorization", f"Bearer {TOKEN}"), ("Origin", ORIGIN))
    assert (widget.kind, widget.id) == ("widget", f"session:{widget.session}")
    assert send(access, "DELETE", "/v1/documents/a.md", (LOCAL_TOKEN_HEADER, LOCAL_TOKEN)) is LOCAL
    with pytest.raises((Unauthorized, Forbidden)):
        send(access, "DELETE", "/v1/documents/a.md", (LOCAL_TOKEN_HEADER, "another"))


def test_a_proxy_is_believed_from_its_address_only() -> None:
    named = (("X-Forwarded-User", "ada"), ("X-Forwarded-Groups", "staff, docs"))
    user = send(PROXY, "POST", "/v1/search", *named, client="10.0.0.5")
    assert (user.kind, user.id, user.groups) == ("user", "user:ada", frozenset({"staff", "docs"}))
    for elsewhere in ("203.0.113.9", "127.0.0.1", "", "unix", "11.0.0.1"):
        with pytest.raises(Forbidden) as caught:
            send(PROXY, "POST", "/v1/search", *named, client=elsewhere)
        assert caught.value.code == "proxy_required"
    assert send(PROXY, "GET", "/health", client="203.0.113.9") is NOBODY
    assert send(PROXY, "POST", "/v1/search", *named, client="::ffff:10.0.0.5") == user


@pytest.mark.parametrize("mode", [KEYS, OIDC], ids=["keys", "oidc"])
def test_the_headers_of_a_proxy_mean_nothing_in_another_mode(mode: Access) -> None:
    with pytest.raises(Unauthorized):
        send(mode, "POST", "/v1/search", ("X-Forwarded-User", "ada"), client="10.0.0.5")


@pytest.mark.parametrize("names", [("ada", "eve"), ("a" * 300,), ("a\x07b",)])
def test_a_user_who_is_named_twice_or_strangely_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(Unauthorized) as caught:
        send(PROXY, "POST", "/v1/search", *(("X-Forwarded-User", name) for name in names), client="10.0.0.5")
    assert caught.value.code == "invalid_user"


def test_a_role_that_is_missing_is_another_error_than_a_missing_sign_in() -> None:
    with pytest.raises(Forbidden) as caught:
        send(PROXY, "DELETE", "/v1/documents/a.md", ("X-Forwarded-User", "ada"), client="10.0.0.5")
    assert caught.value.code == "insufficient_scope"
    assert error_headers(caught.value) == {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}


def test_a_user_has_the_roles_of_the_groups() -> None:
    access = make_access(
        AccessSettings(
            mode="proxy",
            ask_groups=frozenset({"staff"}),
            ingest_groups=frozenset({"docs"}),
            admin_groups=frozenset({"it"}),
        ),
        proxies=("10.0.0.5/32",),
    )

    def may(groups: str, method: str, path: str) -> bool:
        try:
            send(access, method, path, ("X-Forwarded-User", "ada"), ("X-Forwarded-Groups", groups), client="10.0.0.5")
        except Forbidden:
            return False
        return True

    asking, uploading, auditing = ("POST", "/v1/search"), ("POST", "/v1/documents"), ("GET", "/v1/audit")
    assert [may(groups, *asking) for groups in ("staff", "docs", "it", "", "others")] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert [may(groups, *uploading) for groups in ("staff", "staff,docs", "it")] == [False, True, True]
    assert [may(groups, *auditing) for groups in ("staff", "docs", "it", "IT")] == [False, False, True, False]


@pytest.mark.parametrize("cookie", ["", "=", "a=b; c", "groundwork-session", 'x="', "; ;", "a b=c"])
def test_a_cookie_that_cannot_be_read_is_none(cookie: str) -> None:
    with pytest.raises(Unauthorized):
        send(KEYS, "POST", "/v1/search", ("Cookie", cookie))


@pytest.mark.parametrize("others", ['theirs={"a": 1}; ', 'theirs="; ', "a[b]=c; "])
def test_a_cookie_of_another_program_at_the_same_host_does_not_hide_the_session(others: str) -> None:
    assert cookies_of(Headers({"Cookie": f"{others}groundwork-session=abc"}))["groundwork-session"] == "abc"
