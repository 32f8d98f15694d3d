"""How many bytes of a body are read."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from starlette.datastructures import Headers
from starlette.types import Message

from app.api.guards.bodies import (
    MAX_JSON_BYTES,
    MAX_UPLOAD_BYTES,
    LimitedBody,
    body_limit,
    check_announced_length,
)
from core.errors import RequestError, TooLarge
from ingest.parse import MAX_BYTES
from testing.passages import run


def headers_of(**values: str) -> Headers:
    return Headers({name.replace("_", "-"): value for name, value in values.items()})


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "Multipart/Form-Data;boundary=x"])
def test_only_an_upload_may_be_as_large_as_the_largest_document(kind: str) -> None:
    assert body_limit({"path": "/v1/documents"}, headers_of(content_type=kind)) == MAX_UPLOAD_BYTES > MAX_BYTES
    assert body_limit({"path": "/v1/search"}, headers_of(content_type=kind)) == MAX_JSON_BYTES


@pytest.mark.parametrize("kind", ["application/json", "multipart/mixed", "application/x-www-form-urlencoded", ""])
def test_another_body_to_the_same_endpoint_is_limited_like_json(kind: str) -> None:
    assert body_limit({"path": "/v1/documents"}, headers_of(content_type=kind)) == MAX_JSON_BYTES


@pytest.mark.parametrize("length", ["0", "1", "100", "0000000000000100"])
def test_a_length_up_to_the_limit_is_accepted(length: str) -> None:
    check_announced_length(headers_of(content_length=length), 100)
    check_announced_length(headers_of(), 100)


@pytest.mark.parametrize("length", ["101", "99999999999999999999", "9" * 5000])
def test_a_length_over_the_limit_is_refused_with_the_limit(length: str) -> None:
    with pytest.raises(TooLarge, match="100 bytes at most") as caught:
        check_announced_length(headers_of(content_length=length), 100)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("length", ["", "-5", "+5", "5.0", "0x5", "1e1", " 5", "\xb2", "5, 5", "five", "1_0"])
def test_a_length_that_is_no_number_is_a_bad_request(length: str) -> None:
    with pytest.raises(RequestError) as caught:
        check_announced_length(headers_of(content_length=length), 100)
    assert (caught.value.status, caught.value.code) == (400, "invalid_length")


def test_a_repeated_length_is_a_bad_request_even_when_the_values_agree() -> None:
    twice = Headers(raw=[(b"content-length", b"5"), (b"content-length", b"5")])
    with pytest.raises(RequestError) as caught:
        check_announced_length(twice, 100)
    assert caught.value.code == "invalid_length"


def test_a_length_beside_a_transfer_encoding_is_a_bad_request() -> None:
    with pytest.raises(RequestError) as caught:
        check_announced_length(headers_of(content_length="5", transfer_encoding="chunked"), 100)
    assert caught.value.code == "invalid_length"


def received(messages: Iterable[Message], limit: int) -> tuple[list[Message], bool, int]:
    """What an application receives in four calls, whether the limit was exceeded, and how many messages are unread."""
    waiting = list(messages)

    async def receive() -> Message:
        return waiting.pop(0)

    async def collect() -> tuple[list[Message], bool, int]:
        body = LimitedBody(receive, limit)
        return [await body() for _ in range(4)], body.exceeded, len(waiting)

    return run(collect())


def chunk(size: int) -> Message:
    return {"type": "http.request", "body": b"x" * size, "more_body": True}


GONE: Message = {"type": "http.disconnect"}


def test_a_body_of_exactly_the_limit_is_passed_on() -> None:
    messages = [chunk(6), chunk(4), {"type": "http.request"}, GONE]
    assert received(messages, 10) == (messages, False, 0)


def test_after_the_limit_nothing_more_is_read_and_the_client_seems_to_be_gone() -> None:
    assert received([chunk(6), chunk(5), chunk(1), chunk(1)], 10) == ([chunk(6), GONE, GONE, GONE], True, 2)
