"""Which pages of other origins may read a response."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers, MutableHeaders

from app.api.guards.cors import add_cors_headers, origin_of, preflight_response, reader_of_errors
from app.service.metrics import Metrics
from app.service.widget.sites import Sites
from core.sites import Site

ORIGIN, EVIL = "https://www.example.com", "https://evil.example"
PATHS = ["/v1/configuration", "/v1/chat/completions", "/v1/search", "/v1/feedback", "/v1/widget/session"]
OTHER_PATHS = ["/", "/v1/documents", "/v1/models", "/v1/ground", "/metrics", "/v1/search/", "/nowhere"]


def sites(*origins: str) -> Sites:
    return Sites((Site("portal", "portal-7f3a", origins),), lambda: "s" * 64, Metrics())


def asking(*origins: str, method: str | None = "POST") -> Headers:
    raw = [(b"origin", origin.encode()) for origin in origins]
    raw += [] if method is None else [(b"access-control-request-method", method.encode())]
    return Headers(raw=raw)


@pytest.mark.parametrize("path", PATHS)
def test_a_sites_page_may_send_what_the_widget_sends(path: str) -> None:
    response = preflight_response("OPTIONS", path, asking(ORIGIN), sites(ORIGIN))
    assert response is not None
    assert response.status_code == 204
    assert response.headers["access-control-allow-methods"] == ("GET" if path == "/v1/configuration" else "POST")
    assert {"Authorization", "Content-Type"} <= set(response.headers["access-control-allow-headers"].split(", "))
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("path", OTHER_PATHS)
def test_a_sites_page_may_send_nothing_else(path: str) -> None:
    assert preflight_response("OPTIONS", path, asking(ORIGIN), sites(ORIGIN)) is None
    assert reader_of_errors(path, asking(ORIGIN), sites(ORIGIN)) is None


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origins", [(EVIL,), ("null",), ("",), (), (ORIGIN, ORIGIN), (ORIGIN, EVIL), (ORIGIN + "/",)])
def test_other_pages_may_send_and_read_nothing(path: str, origins: tuple[str, ...]) -> None:
    assert preflight_response("OPTIONS", path, asking(*origins), sites(ORIGIN)) is None
    assert reader_of_errors(path, asking(*origins), sites(ORIGIN)) is None


@pytest.mark.parametrize("path", PATHS)
def test_without_a_site_no_page_may(path: str) -> None:
    assert preflight_response("OPTIONS", path, asking(ORIGIN), sites()) is None
    headers = MutableHeaders()
    add_cors_headers(headers, path, None, sites())
    assert not headers.items()


def test_only_a_preflight_is_answered_as_one() -> None:
    assert preflight_response("POST", PATHS[0], asking(ORIGIN), sites(ORIGIN)) is None
    assert preflight_response("OPTIONS", PATHS[0], asking(ORIGIN, method=None), sites(ORIGIN)) is None


def test_responses_vary_with_the_origin_also_for_pages_that_may_not_read_them() -> None:
    headers = MutableHeaders({"Vary": "Accept"})
    add_cors_headers(headers, PATHS[0], None, sites(ORIGIN))
    assert headers["vary"] == "Accept, Origin"
    assert "access-control-allow-origin" not in headers
    add_cors_headers(headers, PATHS[0], ORIGIN, sites(ORIGIN))
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["access-control-expose-headers"] == "Retry-After, X-Request-Id"


def test_an_origin_that_is_repeated_is_none() -> None:
    assert origin_of(asking(ORIGIN)) == ORIGIN
    assert origin_of(asking(ORIGIN, ORIGIN)) is None
    assert origin_of(asking()) is None
