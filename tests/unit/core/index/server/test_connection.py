from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from httpx import Headers
from qdrant_client import models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from core.errors import PAUSE_SECONDS, IndexFault, IndexUnreachable
from core.index.server.connection import Connection, connect
from testing.qdrant_http import running_qdrant


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Server:
    """Counts the requests, and fails while `error` is set."""

    def __init__(self) -> None:
        self.requests = 0
        self.error: Exception | None = None

    def __call__(self) -> str:
        self.requests += 1
        if self.error is not None:
            raise self.error
        return "answer"


UNREACHABLE = ResponseHandlingException(ConnectionRefusedError("connection refused"))


def connected() -> tuple[Connection, Server, Clock]:
    clock = Clock()
    return Connection("http://qdrant.example", clock), Server(), clock


def failure_of(run: Callable[[], object]) -> str:
    with pytest.raises(IndexFault) as caught:
        run()
    return str(caught.value)


@pytest.mark.parametrize(("status", "is_away"), [(502, True), (503, True), (504, True), (500, False), (404, False)])
def test_a_proxy_without_a_server_is_a_server_that_does_not_answer(status: int, is_away: bool) -> None:
    connection, server, _ = connected()
    server.error = UnexpectedResponse(status, "of the proxy", b"", Headers())

    with pytest.raises(IndexFault) as caught:
        connection.run(server)

    assert isinstance(caught.value, IndexUnreachable) is is_away


def test_a_failure_names_the_server_and_the_variables() -> None:
    connection, server, _ = connected()
    server.error = ValueError("http://user:secret@qdrant.example is odd")

    assert failure_of(lambda: connection.run(server)) == (
        "The Qdrant server at http://qdrant.example failed: http://***@qdrant.example is odd. "
        "Check QDRANT_URL and QDRANT_API_KEY, and that it runs."
    )


def test_a_server_that_did_not_answer_is_not_asked_again_for_a_pause() -> None:
    connection, server, clock = connected()
    server.error = UNREACHABLE
    first = failure_of(lambda: connection.run(server))
    server.error = None

    clock.now += PAUSE_SECONDS - 0.1

    assert failure_of(lambda: connection.run(server)) == first
    assert server.requests == 1


def test_after_the_pause_it_is_asked_again_and_answers() -> None:
    connection, server, clock = connected()
    server.error = UNREACHABLE
    failure_of(lambda: connection.run(server))
    server.error = None

    clock.now += PAUSE_SECONDS

    assert [connection.run(server) for _ in range(3)] == ["answer"] * 3


def test_after_the_pause_one_request_tries_and_the_others_fail_meanwhile() -> None:
    connection, server, clock = connected()
    server.error = UNREACHABLE
    failure_of(lambda: connection.run(server))
    clock.now += PAUSE_SECONDS

    for _ in range(5):
        failure_of(lambda: connection.run(server))

    assert server.requests == 2


def test_a_request_that_the_server_refuses_is_no_reason_to_pause() -> None:
    connection, server, _ = connected()
    server.error = ValueError("no such collection")
    failure_of(lambda: connection.run(server))
    server.error = None

    assert connection.run(server) == "answer"


def test_a_read_of_a_server_that_stalls_ends_after_its_seconds_and_a_write_may_take_longer(tmp_path: Path) -> None:
    with running_qdrant(tmp_path) as server:
        client = connect(server.url, None, read_s=0.5)
        client.create_collection("here", sparse_vectors_config={"words": models.SparseVectorParams()})
        server.stall()
        began = time.monotonic()
        with pytest.raises(ResponseHandlingException, match="timed out"):
            client.get_collections()
        waited = time.monotonic() - began
        threading.Timer(0.7, server.heal).start()

        assert client.delete_collection("here")
        assert 0.5 <= waited < 1.4
        client.close()
