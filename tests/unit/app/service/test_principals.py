"""On whose behalf a request comes, and what that allows."""

from __future__ import annotations

import pytest

from app.service.principals import ANONYMOUS, scope_of, widget_principal
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
