"""On whose behalf a request comes, and what that allows."""

from __future__ import annotations

import pytest

from app.service.principals import (
    ANONYMOUS,
    EVERYTHING,
    LOCAL,
    is_public,
    key_principal,
    scope_of,
    scopes_of,
    user_principal,
    widget_principal,
)
from core.sites import Site

WIDGET = widget_principal(Site("portal", "portal-7f3a"), "abc")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/configuration"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/search"),
        ("POST", "/v1/feedback"),
    ],
)
def test_a_widget_may_ask_search_give_feedback_and_read_the_configuration(method: str, path: str) -> None:
    assert WIDGET.may(scope_of(method, path))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/configuration"),
        ("HEAD", "/v1/configuration"),
        ("GET", "/v1/chat/completions"),
        ("POST", "/v1/chat/completions/"),
        ("POST", "/v1//search"),
        ("post", "/v1/search"),
        ("GET", "/v1/models"),
        ("POST", "/v1/ground"),
        ("GET", "/v1/documents"),
        ("GET", "/v1/documents/leave/annual.md"),
        ("POST", "/v1/documents"),
        ("DELETE", "/v1/documents/leave/annual.md"),
        ("POST", "/v1/ingest"),
        ("GET", "/metrics"),
        ("GET", "/"),
        ("GET", "/openapi.json"),
        ("POST", "/v1/widget/session"),
        ("OPTIONS", "/v1/search"),
        ("GET", "/nowhere"),
    ],
)
def test_a_widget_may_do_nothing_else(method: str, path: str) -> None:
    assert not WIDGET.may(scope_of(method, path))
    assert ANONYMOUS.may(scope_of(method, path))


def test_roles_are_sets_of_scopes_and_admin_has_all() -> None:
    asking, ingesting = scopes_of(["ask"]), scopes_of(["ingest"])
    assert {"ask", "search", "read", "tune"} <= asking
    assert not asking & {"ingest", "manage", "metrics"}
    assert "ingest" in ingesting
    assert not ingesting & {"ask", "search", "manage", "metrics"}
    assert scopes_of(["admin"]) == EVERYTHING
    assert scopes_of(["metrics"]) == {"metrics"}
    assert scopes_of(["ask", "ingest"]) == asking | ingesting
    assert scopes_of([]) == frozenset()


def test_keys_users_and_sessions_have_ids_that_cannot_be_confused() -> None:
    one = [key_principal("a", "name", ["ask"], frozenset()), user_principal("a", "name", ["ask"], frozenset())]
    ids = {principal.id for principal in one} | {widget_principal(Site("portal", "portal-7f3a"), "a").id}
    assert ids == {"key:a", "user:a", "session:a"}
    assert ANONYMOUS.id is None


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/documents/a/b.md", "read"),
        ("GET", "/v1/documents/a/b.md/original", "read"),
        ("DELETE", "/v1/documents/a/b.md", "ingest"),
        ("GET", "/v1/ingest/jobs/1", "ingest"),
        ("POST", "/v1/ingest", "manage"),
        ("GET", "/v1/models/groundwork:strict", "tune"),
        ("GET", "/metrics", "metrics"),
        ("GET", "/v1/audit", "manage"),
        ("GET", "/v1/export", "manage"),
    ],
)
def test_a_route_needs_its_scope_and_one_that_is_not_listed_an_administrator(
    method: str, path: str, scope: str
) -> None:
    assert scope_of(method, path) == scope
    assert not is_public(method, path)


def test_without_a_sign_in_only_answers_that_were_given_without_one_are_read() -> None:
    assert ANONYMOUS.reads_answers_of == frozenset(("anonymous", "widget"))
    assert LOCAL.reads_answers_of is None
    assert key_principal("a1", "portal", ["admin"], frozenset()).reads_answers_of is None
