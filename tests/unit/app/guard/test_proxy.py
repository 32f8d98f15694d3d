"""The guard as an ASGI application, without sockets: what a client gets that is kept waiting, and what is counted."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.guard import proxy
from app.guard.proxy import _decoder, _Exchange, _read_whole
from core.errors import RequestError, TooLarge


def exchange(messages: list[dict[str, Any]], sent: list[dict[str, Any]], **headers: str) -> _Exchange:
    """An exchange whose client sends these messages, and then nothing."""

    async def receive() -> Any:
        if messages:
            return messages.pop(0)
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "method": "POST",
        "path": "/v1/chat/completions",
        "raw_path": b"/v1/chat/completions",
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    return _Exchange(scope, receive, send)


def body(content: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_client_whose_text_is_held_back_gets_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "_HELD_SECONDS", 0.05)
    sent: list[dict[str, Any]] = []

    async def wait() -> None:
        task = asyncio.create_task(exchange([], sent).keep_alive())
        await asyncio.sleep(0.35)
        task.cancel()

    asyncio.run(wait())
    assert len(sent) >= 2
    assert {message["body"] for message in sent} == {b": text is held back until it is checked\n\n"}


def test_a_body_is_read_to_its_end_and_no_further_than_the_limit() -> None:
    pieces = [body(b"ab", more=True), body(b"", more=True), body(b"cd")]
    assert asyncio.run(exchange([*pieces], []).whole(4)) == b"abcd"
    with pytest.raises(TooLarge, match="max-body-mb"):
        asyncio.run(exchange([*pieces], []).whole(3))


def test_the_client_has_left_when_it_disconnects_after_its_body() -> None:
    async def run() -> bool:
        one = exchange([body(b"x"), {"type": "http.disconnect"}], [], content_length="1")
        left = asyncio.create_task(one.left())
        await asyncio.sleep(0)
        assert not left.done()
        await one.whole(10)
        await asyncio.wait_for(left, 1)
        return left.done()

    assert asyncio.run(run())


def test_an_encoding_is_read_or_passed() -> None:
    assert [_decoder(encoding) is not None for encoding in ("", "Identity", "gzip", "deflate", "br", "zstd")] == [
        *(True, True, True, True),
        *(False, False),
    ]


def test_bytes_that_are_no_gzip_are_a_fault_of_the_upstream() -> None:
    decode = _decoder("gzip")
    assert decode is not None
    with pytest.raises(RequestError, match="no gzip"):
        decode(b"plain text")


def test_an_answer_is_read_up_to_a_limit_that_counts_what_was_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "_MOST_WHOLE", 1 << 20)

    async def chunks(content: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]

    def read(content: bytes) -> tuple[bytes, bytes]:
        decode = _decoder("gzip")
        assert decode is not None
        return asyncio.run(_read_whole(chunks(content), decode))

    packed = gzip.compress(bytes(1 << 20))
    assert read(packed) == (packed, bytes(1 << 20))
    with pytest.raises(RequestError, match="more than 1 MB"):
        read(gzip.compress(bytes((1 << 20) + 1)))
