"""Which web pages may send requests that change something."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.datastructures import Headers

from app.api.guards.origins import check_origin, is_same_origin
from core.errors import Forbidden
from core.settings import Settings

NOWHERE = Path("/nowhere")
PORTAL = "https://portal.example.com"


def check(
    *origins: str, site: str | None = None, host: str = "localhost:8000", method: str = "POST", allowed: str = ""
) -> None:
    raw = [(b"host", host.encode()), *((b"origin", origin.encode()) for origin in origins)]
    raw += [] if site is None else [(b"sec-fetch-site", site.encode())]
    settings = Settings(data_dir=NOWHERE, domain_dir=NOWHERE, allowed_origins=(allowed,) if allowed else ())
    check_origin(method, Headers(raw=raw), settings)


def refused(
    *origins: str, site: str | None = None, host: str = "localhost:8000", method: str = "POST", allowed: str = ""
) -> str:
    with pytest.raises(Forbidden) as caught:
        check(*origins, site=site, host=host, method=method, allowed=allowed)
    assert (caught.value.status, caught.value.code) == (403, "origin_not_allowed")
    assert "GROUNDWORK_ALLOWED_ORIGINS" in str(caught.value)
    return str(caught.value)


def test_what_is_no_browser_is_accepted() -> None:
    check()


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8000", "localhost:8000"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://server.internal", "server.internal"),
        ("http://server.internal", "Server.Internal:80"),
        # The proxy ends TLS and passes Host on.
        ("https://chat.example.com", "chat.example.com"),
        ("https://chat.example.com", "chat.example.com:443"),
        ("https://chat.example.com:8443", "chat.example.com:8443"),
    ],
)
def test_the_services_own_page_is_accepted_with_and_without_fetch_metadata(origin: str, host: str) -> None:
    check(origin, host=host)
    check(origin, host=host, site="same-origin")


def test_the_services_own_page_is_accepted_behind_a_proxy_that_rewrites_the_host() -> None:
    check("https://chat.example.com", host="127.0.0.1:8000", site="same-origin")
    refused("https://chat.example.com", host="127.0.0.1:8000")


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:3000",
        "http://localhost",
        "https://localhost",
        "http://127.0.0.1:8000",
        "http://localhost:8000.evil.example",
        "http://localhost.evil.example:8000",
        "chrome-extension://abcdef",
        "file://",
        "ftp://localhost:8000",
        "localhost:8000",
        "http://",
        "",
        "http://localhost:8000/",
        "http://user@localhost:8000",
        "HTTP://localhost:8000",
    ],
)
def test_a_page_of_another_origin_is_refused_and_named(origin: str) -> None:
    assert f"'{origin}'" in refused(origin)
    refused(origin, site="cross-site")
    refused(origin, site="none")


@pytest.mark.parametrize("site", [None, "same-origin", "none", "cross-site"])
def test_the_origin_null_is_refused(site: str | None) -> None:
    assert "'null'" in refused("null", site=site)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "unknown", "", "Same-Origin"])
def test_another_site_is_refused_by_fetch_metadata_alone(site: str) -> None:
    assert f"Sec-Fetch-Site: '{site}'" in refused(site=site)
    refused("http://localhost:8000", site=site)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "QUERY", "get"])
def test_every_method_that_may_change_something_is_checked(method: str) -> None:
    refused("https://evil.example", method=method)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_left_to_the_browsers_own_rules(method: str) -> None:
    check("https://evil.example", site="cross-site", method=method)


def test_a_listed_origin_is_accepted_and_only_that() -> None:
    check(PORTAL, site="cross-site", allowed=PORTAL)
    check(PORTAL, site="same-site", allowed=PORTAL)
    refused("http://portal.example.com", allowed=PORTAL)
    refused(f"{PORTAL}:8443", allowed=PORTAL)
    refused(f"{PORTAL}.evil.example", allowed=PORTAL)


def test_two_origins_are_refused() -> None:
    refused("http://localhost:8000", "https://evil.example")
    refused(PORTAL, "https://evil.example", allowed=PORTAL)


def test_a_user_who_reloads_is_accepted() -> None:
    check(site="none")
    check("http://localhost:8000", site="none")


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "http://localhost:8000"}, True),
        ({"origin": "http://localhost:8000", "host": "localhost:8000"}, True),
        ({"origin": "http://localhost:8001", "host": "localhost:8000"}, False),
        ({"origin": "http://localhost:8000", "host": "localhost:8000", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "null", "host": "localhost:8000"}, False),
        ({"host": "localhost:8000"}, False),
        ({}, False),
    ],
)
def test_a_page_is_the_services_own_where_a_browser_says_so(headers: dict[str, str], same: bool) -> None:
    assert is_same_origin(Headers(headers)) is same


def test_a_repeated_origin_is_nobodys() -> None:
    twice = [(b"origin", b"http://localhost:8000")] * 2
    for more in ([], [(b"sec-fetch-site", b"same-origin")]):
        assert not is_same_origin(Headers(raw=[*twice, *more, (b"host", b"localhost:8000")]))
