"""Which texts are http(s) URLs of a server."""

from __future__ import annotations

import pytest

from core.urls import is_http_url


@pytest.mark.parametrize("text", ["http://localhost", "https://example.com:8443/v1", "http://[::1]:6333"])
def test_a_url_with_a_host_is_one(text: str) -> None:
    assert is_http_url(text)


@pytest.mark.parametrize(
    "text",
    ["", "localhost:8001", "ftp://example.com", "http://", "http://:80", "http://a:0", "http://a:65536", "http://[::1"],
)
def test_a_text_without_host_or_with_a_port_that_cannot_be_is_none(text: str) -> None:
    assert not is_http_url(text)
