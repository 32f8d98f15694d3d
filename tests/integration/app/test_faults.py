"""A service whose model server, Qdrant server and database are killed, stall and come back.

What is promised (docs/operations.md): a degraded answer or an error that says when to ask again, no request that takes
longer than the timeouts that are configured, and recovery without help.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from testing.handbook import write_domain
from testing.model_server import ModelServer, Script, running_model_server
from testing.postgres import Postgres, running_postgres
from testing.processes import Serving, environment, serving
from testing.qdrant_http import QdrantServer, running_qdrant
from testing.sse import read_chunks

CHAT = "/v1/chat/completions"
QUESTION = "How many days of annual leave does every colleague have a year?"
BODY = {"messages": [{"role": "user", "content": QUESTION}]}
TIMEOUT_SECONDS = 1.0
"""Of a read of the index, and of a word of the model."""
MARGIN_SECONDS = 5.0
"""For everything else that an answer takes, on a busy machine."""
DATABASE_SECONDS = 5.0
RECOVERY_SECONDS = 20.0


@dataclass(frozen=True)
class Parts:
    """The service and the servers that it depends on."""

    service: Serving
    http: httpx2.Client
    model: ModelServer
    qdrant: QdrantServer
    database: Postgres

    def ask(self) -> httpx2.Response:
        """Ask the question, within the promised time."""
        return in_time(lambda: self.http.post(CHAT, json=BODY))

    def mode(self) -> tuple[str, str | None]:
        """Ask; return who wrote the answer, and why it is degraded."""
        about = self.ask().json()["groundwork"]
        return about["mode"], about["degraded_reason"]

    def wait_for_an_answer(self) -> None:
        """Wait until the model writes answers again and the service is ready, database included."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while (answer := self.http.post(CHAT, json=BODY)).status_code != 200 or answer.json()["groundwork"]["degraded"]:
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.1)
        while (ready := self.http.get("/ready")).status_code != 200:
            assert time.monotonic() < deadline, ready.text
            time.sleep(0.1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, embedding_url: str) -> Iterator[Parts]:
    folder = tmp_path_factory.mktemp("faults")
    with running_model_server() as model, running_qdrant(folder / "qdrant") as qdrant, running_postgres() as database:
        env = environment(
            folder / "data",
            write_domain(folder / "team", refuse_below=0.0),
            LLM_BASE_URL=model.url,
            LLM_TIMEOUT_SECONDS=str(TIMEOUT_SECONDS),
            QDRANT_URL=qdrant.url,
            QDRANT_TIMEOUT_SECONDS=str(TIMEOUT_SECONDS),
            EMBEDDING_BASE_URL=embedding_url,
            EMBEDDING_MODEL="hash",
            DATABASE_URL=database.create(),
        )
        with serving(env, folder / "log") as service, service.client() as http:
            files = [("files", (path.name, path.read_bytes())) for path in (folder / "team/corpus").rglob("*.md")]
            job = http.post("/v1/documents", files=files).json()["job_id"]
            while http.get(f"/v1/ingest/jobs/{job}").json()["status"] in ("queued", "running"):
                time.sleep(0.05)
            yield Parts(service, http, model, qdrant, database)


@pytest.fixture
def parts(running: Parts) -> Iterator[Parts]:
    running.wait_for_an_answer()
    yield running
    running.model.go_on.set()
    running.model.reset()
    running.qdrant.heal()


def in_time(request: Callable[[], httpx2.Response]) -> httpx2.Response:
    """Send a request, which must end within the timeout, whatever stalls."""
    began = time.monotonic()
    response = request()
    assert time.monotonic() - began < TIMEOUT_SECONDS + MARGIN_SECONDS
    return response


def assert_asks_to_come_back(response: httpx2.Response, code: str) -> None:
    assert response.status_code == 503, response.text
    assert int(response.headers["Retry-After"]) > 0
    assert response.json()["error"]["code"] == code


def stream_of(http: httpx2.Client) -> tuple[list[dict[str, Any]], str]:
    """Ask with `stream`; return the chunks, and the last line."""
    with http.stream("POST", CHAT, json={**BODY, "stream": True}) as response:
        assert response.status_code == 200
        lines = [line for line in response.iter_lines() if line]
    return list(read_chunks(lines)), lines[-1]


@pytest.mark.parametrize(
    ("break_it", "repair_it"),
    [
        pytest.param(QdrantServer.kill, QdrantServer.restart, id="killed"),
        pytest.param(QdrantServer.stall, QdrantServer.heal, id="stalled"),
        pytest.param(QdrantServer.drop, QdrantServer.heal, id="dropping connections", marks=pytest.mark.long),
        pytest.param(lambda qdrant: qdrant.fail(500), QdrantServer.heal, id="failing", marks=pytest.mark.long),
    ],
)
def test_while_qdrant_does_not_answer_every_request_says_when_to_come_back_and_all_is_well_after_it(
    parts: Parts, break_it: Callable[[QdrantServer], None], repair_it: Callable[[QdrantServer], None]
) -> None:
    break_it(parts.qdrant)
    try:
        assert_asks_to_come_back(parts.ask(), "index_unavailable")
        search = in_time(lambda: parts.http.post("/v1/search", json={"query": QUESTION}))
        assert_asks_to_come_back(search, "index_unavailable")
        for path in ("/v1/documents", "/v1/configuration"):
            assert_asks_to_come_back(in_time(lambda path=path: parts.http.get(path)), "index_unavailable")  # type: ignore[misc]
        chunks, last = stream_of(parts.http)
        assert [chunk["error"]["code"] for chunk in chunks] == ["index_unavailable"]
        assert last == "data: [DONE]"
        ready = in_time(lambda: parts.http.get("/ready"))
        assert (ready.status_code, ready.headers["Retry-After"]) == (503, "3")
        assert "The Qdrant server at" in ready.json()["reason"]
        assert parts.http.get("/health").status_code == 200
    finally:
        repair_it(parts.qdrant)
    parts.wait_for_an_answer()


def test_questions_that_come_together_do_not_wait_for_each_others_timeouts(parts: Parts) -> None:
    parts.qdrant.stall()
    with ThreadPoolExecutor(40) as pool:
        for answer in pool.map(lambda _: parts.ask(), range(40)):
            assert_asks_to_come_back(answer, "index_unavailable")


def test_an_answer_that_is_being_written_is_completed_when_qdrant_dies(parts: Parts) -> None:
    parts.model.script = Script(pieces=("Every colleague ", "has 25 days of annual leave a year."), stall_after=1)
    chunks = []
    with parts.http.stream("POST", CHAT, json={**BODY, "stream": True}) as response:
        for chunk in read_chunks(response.iter_lines()):
            if not parts.model.go_on.is_set():
                parts.qdrant.kill()
                parts.model.go_on.set()
            chunks.append(chunk)
    parts.qdrant.restart()
    about = chunks[-1]["groundwork"]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert about["citations"]
    assert about["grounding"] is not None


@pytest.mark.long
def test_an_upload_whose_job_finds_qdrant_down_is_read_when_it_is_back(parts: Parts) -> None:
    files = {"files": ("bees.md", b"The bees of the roof garden are fed on Friday.")}
    queued = in_time(lambda: parts.http.post("/v1/documents", files=files))
    assert queued.status_code == 202, queued.text
    # Parsing the file alone takes longer than this.
    parts.qdrant.kill()
    try:
        job_id = queued.json()["job_id"]
        time.sleep(1)
        assert parts.http.get(f"/v1/ingest/jobs/{job_id}").json()["status"] == "running"
    finally:
        parts.qdrant.restart()
    assert wait_for_end(parts.http, job_id)["status"] == "done"
    parts.wait_for_an_answer()
    assert "roof garden" in json.dumps(parts.http.post("/v1/search", json={"query": "bees"}).json())


def wait_for_end(http: httpx2.Client, job_id: str) -> dict[str, Any]:
    while (job := http.get(f"/v1/ingest/jobs/{job_id}").json())["status"] in ("queued", "running"):
        time.sleep(0.05)
    ended: dict[str, Any] = job
    return ended


def test_while_the_model_server_is_down_answers_are_extractive_and_then_generated_again(parts: Parts) -> None:
    parts.model.stop()
    try:
        assert parts.mode() == ("extractive", "unreachable")
        assert parts.http.get("/ready").status_code == 200
    finally:
        parts.model.go_on.clear()
        parts.model.start()
    parts.wait_for_an_answer()


def test_while_the_model_server_hangs_answers_are_extractive_within_its_timeout(parts: Parts) -> None:
    parts.model.script = Script(is_hung=True)
    assert parts.mode() == ("extractive", "unreachable")
    # The server is asked whether it is there before it gets another question.
    asked = len(parts.model.requests)
    assert parts.mode() == ("extractive", "unreachable")
    assert len(parts.model.requests) == asked
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(lambda _: parts.mode(), range(20))) == {("extractive", "unreachable")}
    parts.model.go_on.set()
    parts.model.reset()
    parts.wait_for_an_answer()


def test_a_model_that_stalls_in_the_middle_ends_the_stream_with_an_error_in_time(parts: Parts) -> None:
    parts.model.script = Script(pieces=("Every colleague has ", "25 days."), stall_after=1)
    began = time.monotonic()
    chunks, last = stream_of(parts.http)
    assert time.monotonic() - began < TIMEOUT_SECONDS + MARGIN_SECONDS
    assert chunks[-1]["error"]["code"] == "model_unavailable"
    assert last == "data: [DONE]"


def test_with_qdrant_and_the_model_server_gone_the_process_lives_and_both_come_back(parts: Parts) -> None:
    parts.model.stop()
    parts.qdrant.kill()
    try:
        assert_asks_to_come_back(parts.ask(), "index_unavailable")
        assert parts.http.get("/health").status_code == 200
    finally:
        parts.qdrant.restart()
        parts.model.go_on.clear()
        parts.model.start()
    parts.wait_for_an_answer()


@pytest.mark.parametrize(
    ("break_it", "repair_it"),
    [(Postgres.kill, Postgres.start), (Postgres.pause, Postgres.resume)],
    ids=["killed", "stalled"],
)
def test_without_the_database_questions_are_answered_and_it_is_used_again_when_it_is_back(
    parts: Parts, break_it: Callable[[Postgres], None], repair_it: Callable[[Postgres], None]
) -> None:
    answer = parts.ask().json()["id"]
    break_it(parts.database)
    try:
        with ThreadPoolExecutor(20) as pool:
            assert set(pool.map(lambda _: parts.mode(), range(20))) == {("generated", None)}
        chunks, last = stream_of(parts.http)
        assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
        assert last == "data: [DONE]"
        began = time.monotonic()
        ready = parts.http.get("/ready")
        assert time.monotonic() - began < DATABASE_SECONDS + MARGIN_SECONDS
        assert (ready.status_code, ready.headers["Retry-After"]) == (503, "3")
        assert "database" in ready.json()["reason"]
        rating = parts.http.post("/v1/feedback", json={"answer_id": answer, "rating": "up"})
        assert_asks_to_come_back(rating, "database_unavailable")
    finally:
        repair_it(parts.database)
    parts.wait_for_an_answer()
    deadline = time.monotonic() + RECOVERY_SECONDS
    while not parts.ask().json()["groundwork"]["recorded"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
