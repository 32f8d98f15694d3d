"""Origins are compared as browsers write them."""

from __future__ import annotations

import pytest

from core.origins import is_on_this_machine, parse_origin


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("https://WWW.Example.com/", "https://www.example.com"),
        ("https://www.example.com:443", "https://www.example.com"),
        ("https://www.example.com:0443", "https://www.example.com"),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_in_lower_case_and_without_a_default_port(written: str, origin: str) -> None:
    assert parse_origin(written) == origin
    assert parse_origin(origin) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "null",
        "www.example.com",
        "https://",
        "https://*.example.com",
        "https://www.example.com/help",
        "https://user@www.example.com",
        "https://www.example.com:",
        "https://www.example.com:port",
        "https://www.example.com:0",
        "https://www.example.com:65536",
        "ftp://www.example.com",
        "https://www.example.com\n",
        "https://www.exämple.com",
        " https://www.example.com",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert parse_origin(text) is None


def test_this_machine_has_three_names() -> None:
    assert all(map(is_on_this_machine, ("http://localhost", "http://127.0.0.1:3000", "https://[::1]:1")))
    for origin in ("https://localhost.example.com", "http://127.0.0.2", "https://www.example.com", "null"):
        assert not is_on_this_machine(origin)
