"""Where requests go, and which headers go with them."""

import asyncio
import socket
from typing import Any

import pytest

from app.guard.forward import Upstream, end_to_end
from app.guard.settings import GuardSettings
from core.errors import RequestError, UpstreamFault


@pytest.mark.parametrize(
    ("upstream", "path", "target"),
    [
        ("http://h:1/v1", "/v1/chat/completions", "http://h:1/v1/chat/completions"),
        ("http://h:1", "/v1/models", "http://h:1/v1/models"),
        ("http://h:1/v1", "/tokenize", "http://h:1/tokenize"),
        ("https://h/openai/v1", "/v1/models/a%2Fb", "https://h/openai/v1/models/a%2Fb"),
        ("https://h/openai/v1", "/tokenize", "https://h/openai/tokenize"),
        ("https://h/v1beta/openai", "/v1/models", "https://h/v1beta/openai/models"),
        ("http://h:1/v1", "/v1", "http://h:1/v1"),
        ("http://h:1/v1", "/v10/x", "http://h:1/v10/x"),
    ],
)
def test_the_guards_v1_is_the_path_of_the_upstream(upstream: Any, path: Any, target: Any) -> None:
    assert Upstream(GuardSettings(upstream)).url(path, "") == target
    assert Upstream(GuardSettings(upstream)).url(path, "a=1&b=%20") == f"{target}?a=1&b=%20"


@pytest.mark.parametrize(
    "path",
    [
        "@other.example/x",
        "http://other.example/x",
        "*",
        "",
        "/v1/../../admin",
        "/v1/%2E%2e/%2e./admin",
        "/v1/..%2Fadmin",
        "/v1/chat/./completions",
        "/v1/chat/x/../completions",
    ],
)
def test_a_path_that_leads_elsewhere_is_not_forwarded(path: str) -> None:
    with pytest.raises(RequestError, match="cannot be forwarded"):
        Upstream(GuardSettings("https://h/openai/v1")).url(path, "")


def sent(headers: Any, **settings: Any) -> Any:
    return Upstream(GuardSettings("http://h/v1", **settings))._headers(headers, b"{}")


CALLER = [(b"Host", b"guard"), (b"Authorization", b"Bearer theirs"), (b"X-Request-Id", b"7"), (b"X-Request-Id", b"8")]


def test_the_callers_headers_and_key_pass() -> None:
    assert sent(CALLER) == [(b"authorization", b"Bearer theirs"), (b"x-request-id", b"7"), (b"x-request-id", b"8")]


def test_the_key_of_the_upstream_takes_the_place_of_the_callers() -> None:
    assert sent(CALLER, upstream_key="ours")[-1] == (b"authorization", b"Bearer ours")
    assert sum(name == b"authorization" for name, _ in sent(CALLER, upstream_key="ours")) == 1


def test_the_key_of_the_guard_is_not_shown_to_the_upstream() -> None:
    assert all(name != b"authorization" for name, _ in sent(CALLER, key="theirs"))


def test_headers_of_one_connection_stay_behind() -> None:
    headers = [
        (b"Connection", b"keep-alive, X-Own"),
        (b"X-Own", b"1"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Upgrade", b"h2c"),
        (b"Set-Cookie", b"a"),
        (b"Set-Cookie", b"b"),
    ]
    assert end_to_end(headers) == [(b"set-cookie", b"a"), (b"set-cookie", b"b")]


def test_an_error_does_not_have_the_key_that_cannot_be_sent() -> None:
    async def ask(upstream: Upstream) -> None:
        async with upstream.open("GET", "/v1/models", "", [], None):
            pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = GuardSettings(f"http://127.0.0.1:{listener.getsockname()[1]}", upstream_key="s3cret\nkey")
        with pytest.raises(UpstreamFault, match="a header cannot be sent") as raised:
            asyncio.run(ask(Upstream(settings)))
    assert "s3cret" not in str(raised.value)
