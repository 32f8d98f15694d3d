"""The sites that embed the widget: sessions, principals and limits."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from app.service.metrics import Metrics
from app.service.principals import ANONYMOUS
from app.service.rate_limits import MemoryLimiter
from app.service.widget.sites import Sites
from app.service.widget.tokens import issue_token
from core.errors import Forbidden, NotFound, RateLimited, Unauthorized
from core.sites import Site, SiteLimits

ORIGIN, OTHER = "https://www.example.com", "https://docs.example.org"
PORTAL = Site("portal", "portal-7f3a", (ORIGIN, "http://localhost:3000"), SiteLimits(3, 5, 2))
DOCS = Site("docs", "docs-12345", (OTHER,))
SECRET = "s" * 64


def sites(*made: Site) -> Sites:
    return Sites(made or (PORTAL, DOCS), lambda: SECRET, Metrics(), MemoryLimiter())


def token(of: Sites, key: str = PORTAL.key, origin: str = ORIGIN, address: str = "203.0.113.1") -> str:
    return asyncio.run(of.begin_session(key, origin, address)).token


def test_a_session_makes_a_principal_of_its_site() -> None:
    ours = sites()
    principal = ours.principal(token(ours), ORIGIN)
    assert (principal.kind, principal.site) == ("widget", PORTAL)
    assert principal.session


@pytest.mark.parametrize("key", ["", "portal-7f3b", "PORTAL-7F3A", "portal-7f3a ", "x" * 100_000, "\0", "https://x"])
def test_an_unknown_key_is_not_found_and_no_other_is_named(key: str) -> None:
    with pytest.raises(NotFound) as caught:
        asyncio.run(sites().begin_session(key, ORIGIN, ""))
    assert caught.value.code == "unknown_site_key"
    assert not [secret for secret in (PORTAL.key, DOCS.key, "portal", ORIGIN) if secret in str(caught.value)]
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "origin",
    [None, "", "null", OTHER, "http://www.example.com", f"{ORIGIN}:8443", f"{ORIGIN}/", f"{ORIGIN}.evil.example"],
)
def test_a_page_of_another_origin_begins_no_session(origin: str | None) -> None:
    with pytest.raises(Forbidden) as caught:
        asyncio.run(sites().begin_session(PORTAL.key, origin, ""))
    assert caught.value.code == "origin_not_allowed"
    assert "localhost:3000" not in str(caught.value)
    assert "docs" not in str(caught.value).replace(OTHER, "")


def test_a_long_origin_is_cut_and_its_control_characters_are_escaped() -> None:
    with pytest.raises(Forbidden) as caught:
        asyncio.run(sites().begin_session(PORTAL.key, "https://\r\n\x1b" + "x" * 5000, ""))
    assert "\\r\\n\\x1b" in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_site_without_an_origin_serves_no_page() -> None:
    ours = sites(Site("draft", "draft-12345"))
    assert not ours.exist
    with pytest.raises(Forbidden):
        asyncio.run(ours.begin_session("draft-12345", ORIGIN, ""))


@pytest.mark.parametrize("origin", [None, OTHER, "http://localhost:3000", "null"])
def test_a_token_is_valid_for_its_own_origin_only(origin: str | None) -> None:
    ours = sites()
    with pytest.raises(Unauthorized) as caught:
        ours.principal(token(ours), origin)
    assert caught.value.code == "invalid_token"


def test_a_page_of_the_services_own_origin_need_not_name_it() -> None:
    ours = sites()
    assert ours.principal(token(ours), None, is_same_origin=True).site == PORTAL
    with pytest.raises(Unauthorized):
        sites(DOCS).principal(token(ours), None, is_same_origin=True)


def test_a_site_of_the_services_own_pages_serves_no_other_page() -> None:
    ours = sites(Site("own", "own-12345", ("self",)))
    assert ours.exist
    assert not ours.have_origin("self")
    own = asyncio.run(ours.begin_session("own-12345", "http://localhost:8000", "", is_same_origin=True)).token
    assert ours.principal(own, "http://localhost:8000", is_same_origin=True).kind == "widget"
    assert ours.principal(own, None, is_same_origin=True).kind == "widget"
    for origin, is_same in (("http://localhost:8000", False), ("http://localhost:8001", True), ("self", True)):
        with pytest.raises(Unauthorized):
            ours.principal(own, origin, is_same_origin=is_same)
    for refused in (ORIGIN, "self", None):
        with pytest.raises(Forbidden):
            asyncio.run(ours.begin_session("own-12345", refused, ""))


def test_a_page_of_the_service_uses_no_site_that_does_not_name_its_own_pages() -> None:
    with pytest.raises(Forbidden):
        asyncio.run(sites().begin_session(PORTAL.key, "http://localhost:8000", "", is_same_origin=True))


def test_a_token_ends_with_its_site_and_with_its_origin() -> None:
    valid = token(sites())
    for later in (sites(DOCS), sites(Site("portal", PORTAL.key, ("http://localhost:3000",)))):
        with pytest.raises(Unauthorized) as caught:
            later.principal(valid, ORIGIN)
        assert caught.value.code == "invalid_token"


def test_a_token_does_not_pass_from_one_site_to_another() -> None:
    ours = sites(PORTAL, Site("docs", DOCS.key, (ORIGIN,)))
    assert ours.principal(token(ours), ORIGIN).site == PORTAL
    assert (ours.principal(token(ours, DOCS.key), ORIGIN).site or PORTAL).name == "docs"


def test_an_expired_token_is_known_as_one() -> None:
    expired = issue_token(PORTAL.key, ORIGIN, SECRET, time.time() - 4000).token
    with pytest.raises(Unauthorized) as caught:
        sites().principal(expired, ORIGIN)
    assert caught.value.code == "session_expired"


def test_without_a_site_no_secret_is_made_and_every_token_is_refused() -> None:
    def no_secret() -> str:
        raise AssertionError("the secret was loaded")

    none = Sites((), no_secret, Metrics())
    assert not none.exist
    with pytest.raises(Unauthorized):
        none.principal(token(sites()), ORIGIN)
    with pytest.raises(NotFound):
        asyncio.run(none.begin_session(PORTAL.key, ORIGIN, ""))


def test_a_session_has_its_limit_and_the_log_and_the_metrics_name_it(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    ours = Sites((PORTAL,), lambda: SECRET, metrics)
    principal = ours.principal(token(ours), ORIGIN)
    for scope in ("ask", "search", "feedback"):
        asyncio.run(ours.admit(principal, scope, "203.0.113.1"))
    with caplog.at_level(logging.WARNING, "groundwork"), pytest.raises(RateLimited) as caught:
        asyncio.run(ours.admit(principal, "ask", "203.0.113.1"))
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (429, "rate_limited", 20)
    assert "3 a minute. Ask again in 20 s." in str(caught.value)
    assert "site portal: the limit 'session' of 3 a minute was reached" in caplog.text
    exported = metrics.exposition().decode()
    assert 'groundwork_rate_limited_total{limit="session",site="portal"} 1.0' in exported
    assert 'groundwork_widget_sessions_total{site="portal"} 1.0' in exported


def test_reading_the_configuration_and_other_principals_are_not_counted() -> None:
    ours = sites()
    principal = ours.principal(token(ours), ORIGIN)
    for _ in range(100):
        asyncio.run(ours.admit(principal, "configuration", "203.0.113.1"))
        asyncio.run(ours.admit(ANONYMOUS, "ask", "203.0.113.1"))
    asyncio.run(ours.admit(principal, "ask", "203.0.113.1"))


def test_new_sessions_do_not_raise_the_limit_of_an_address() -> None:
    ours = sites()
    first, second = (ours.principal(token(ours), ORIGIN) for _ in range(2))
    for principal in (first, first, first, second, second):
        asyncio.run(ours.admit(principal, "ask", "203.0.113.1"))
    with pytest.raises(RateLimited, match="an address is limited to 5"):
        asyncio.run(ours.admit(second, "ask", "203.0.113.1"))
    asyncio.run(ours.admit(second, "ask", "203.0.113.2"))


def test_the_beginning_of_sessions_is_limited_by_address() -> None:
    ours = sites()
    for _ in range(2):
        token(ours, address="2001:db8::1")
    with pytest.raises(RateLimited, match="new sessions is limited to 2"):
        token(ours, address="2001:db8::2")
    token(ours, address="2001:db8:0:1::1")


def test_sites_have_limits_of_their_own() -> None:
    ours = sites()
    for _ in range(2):
        token(ours)
    token(ours, DOCS.key, OTHER)
