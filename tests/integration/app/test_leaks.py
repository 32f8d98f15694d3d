"""Nobody gets anything of a document that they may not read, on any surface of the service.

The corpus has a canary in every name, heading and paragraph (`testing/canaries.py`). Each of four users walks every
surface. No canary of a forbidden document may be in a body, a header, a log line or a metric; and what a user gets must
be what they get from a service that has their documents alone, to the last digit of a score.

The model repeats its whole prompt, so that an answer shows everything that a model is given.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.answer.generated.llm.protocol import LLMClient
from app.api import create_app
from app.service.principals import LOCAL, Principal, Scope, scope_of
from app.service.service import Service
from core.index.view import View
from core.permissions import Readers
from testing.canaries import (
    RULES,
    CanaryDocument,
    NoisyBm25,
    NoisyEmbedder,
    canaries_in,
    canary_corpus,
    forbidden_to,
    pages_of,
    random_question,
    readable_by,
)
from testing.handbook import ignore_progress
from testing.parrot import Parrot
from testing.services import make_service
from testing.sse import read_chunks

CORPUS = canary_corpus()
_ASKS: frozenset[Scope] = frozenset(("configuration", "ask", "search", "feedback", "tune"))
USERS = {
    name: Principal("user", _ASKS, id=f"user:{name}", groups=frozenset(groups))
    for name, groups in {
        "nobody": (),
        "hanna": ("hr",),
        "emil": ("engineering", "golf club"),
        "berta": ("board", "hr"),
    }.items()
}
ADMINISTRATOR = LOCAL
CHANGING = {"id", "answer_id", "conversation_id", "recorded", "created", "timings_ms", "seconds"}
"""Fields that differ between two requests."""
OF_ONE_RESPONSE = ("content-length", "x-request-id")
"""Headers that are never the same."""
PAIRS_IN_CI, PAIRS = 150, 10_000


class Leak(AssertionError):
    """Something of a forbidden document came out."""


@contextmanager
def serving(folder: Path, documents: Sequence[CanaryDocument], llm: LLMClient | None = None) -> Iterator[Service]:
    pages = pages_of(documents)
    made = make_service(
        folder,
        refuse_below=0.2,
        locked=True,
        llm=llm,
        more=RULES,
        pages=pages,
        embedder=NoisyEmbedder(64),
        sparse=NoisyBm25("english"),
    )
    try:
        made.open()
        report = made.library.ingest([], rebuilding=False, progress=ignore_progress)
        assert report.failed == ()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("whole"), CORPUS) as made:
        yield made


@pytest.fixture(scope="module")
def parroting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("parroting"), CORPUS, Parrot()) as made:
        yield made


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Service]]:
    """For each user, a service that has their documents alone."""
    with ExitStack() as opened:
        yield {
            name: opened.enter_context(serving(tmp_path_factory.mktemp(name), readable_by(CORPUS, user.readers)))
            for name, user in USERS.items()
        }


@asynccontextmanager
async def calling(service: Service, principal: Principal) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=create_app(service, principal))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=30.0) as http:
        yield http


def check(response: httpx2.Response, forbidden: frozenset[str], said: str = "") -> httpx2.Response:
    """Raise Leak if a response has a forbidden canary, in its body or a header, that the caller has not said."""
    text = " ".join([response.text, *(f"{name} {value}" for name, value in response.headers.items())])
    if leaked := (canaries_in(text) & forbidden) - canaries_in(said):
        raise Leak(f"{response.request.method} {response.request.url}: {sorted(leaked)}")
    return response


def comparable(value: Any) -> Any:
    """Return a body without what differs between two requests."""
    if isinstance(value, dict):
        return {key: comparable(one) for key, one in value.items() if key not in CHANGING}
    if isinstance(value, list):
        return [comparable(one) for one in value]
    # The engine adds up in any order.
    return round(value, 4) if isinstance(value, float) else value


def chat(question: str, history: Sequence[Mapping[str, str]] = (), **more: Any) -> dict[str, Any]:
    return {"messages": [*history, {"role": "user", "content": question}], **more}


def ways_to_ask(question: str, earlier: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the path and the body of each way in which a question can be asked."""
    history = [{"role": "user", "content": earlier}, {"role": "assistant", "content": "It depends [1]."}]
    return [
        ("/v1/search", {"query": question, "top_k": 20}),
        ("/v1/search", {"query": question, "top_k": 3, "history": history}),
        ("/v1/chat/completions", chat(question)),
        ("/v1/chat/completions", chat(f"And {question}", history)),
        ("/v1/chat/completions", chat(question, stream=True)),
    ]


async def ask(http: httpx2.AsyncClient, path: str, body: dict[str, Any], forbidden: frozenset[str]) -> Any:
    """Ask, and return what came back, without what differs between two requests. Raises Leak."""
    response = check(await http.post(path, json=body), forbidden, said=str(body))
    assert response.status_code == 200, response.text
    if body.get("stream"):
        return [comparable(chunk) for chunk in read_chunks(response.text.splitlines())]
    return comparable(response.json())


async def walk_questions(whole: Service, alone: Mapping[str, Service], pairs: int, seed: int) -> None:
    """Ask random questions as random users, each of the service and of one that has the user's documents alone."""
    choose = random.Random(seed)
    asked: dict[str, list[tuple[str, dict[str, Any]]]] = {name: [] for name in USERS}
    for _ in range(pairs):
        question, earlier = random_question(choose, CORPUS), random_question(choose, CORPUS)
        asked[choose.choice([*USERS])].append(choose.choice(ways_to_ask(question, earlier)))
    for name, requests in asked.items():
        forbidden = forbidden_to(CORPUS, USERS[name].readers)
        async with calling(whole, USERS[name]) as http, calling(alone[name], USERS[name]) as expected:
            for path, body in requests:
                there = await ask(http, path, body, forbidden)
                assert there == await ask(expected, path, body, forbidden), (name, path, body)


async def walk_surfaces(service: Service, name: str) -> list[str]:
    """Call everything as a user; return the lines of /metrics. Raises Leak."""
    user = USERS[name]
    forbidden = forbidden_to(CORPUS, user.readers)
    readable = {document.id for document in readable_by(CORPUS, user.readers)}
    async with calling(service, user) as http:
        listed = check(await http.get("/v1/documents"), forbidden).json()
        assert {row["id"] for row in listed["documents"]} == readable
        for path in ("/", "/health", "/ready", "/v1/models", "/v1/configuration", "/v1/corpus-health", "/openapi.json"):
            response = check(await http.get(path), forbidden)
            assert response.status_code == 200, path
            if path in ("/ready", "/v1/configuration"):
                assert response.json()["documents"] == len(readable)
        for document in CORPUS:
            await _walk_document(http, document, is_readable=document.id in readable, forbidden=forbidden)
        for question in ("What is the limit?", "What is the limit for annual leave?", "What is quantum gravity?"):
            for path, body in ways_to_ask(question, "How do I claim the cost of a trip?"):
                await ask(http, path, body, forbidden)
        return check(await http.get("/metrics"), forbidden).text.splitlines()


async def _walk_document(
    http: httpx2.AsyncClient, document: CanaryDocument, *, is_readable: bool, forbidden: frozenset[str]
) -> None:
    """Read a document in every way: a forbidden one is answered like one that does not exist."""
    for path in (f"/v1/documents/{document.id}", f"/v1/documents/{document.id}/original"):
        response = check(await http.get(path), forbidden, said=document.id)
        assert response.status_code == (200 if is_readable else 404), path
        if not is_readable:
            absent = await http.get(path.replace(document.id, "open/absent.md"))
            assert _alike(response, document.id) == _alike(absent, "open/absent.md")
    only = {"query": document.text[-300:], "filter": {"document_ids": [document.id]}}
    response = check(await http.post("/v1/search", json=only), forbidden, said=f"{document.id} {only['query']}")
    assert bool(response.json()["hits"]) == is_readable
    if not is_readable:
        response = await http.request("DELETE", f"/v1/documents/{document.id}")
        absent = await http.request("DELETE", "/v1/documents/open/absent.md")
        assert _alike(response, document.id) == _alike(absent, "open/absent.md")


def _alike(response: httpx2.Response, document_id: str) -> tuple[int, str, list[str]]:
    headers = [f"{name}: {value}" for name, value in response.headers.items() if name not in OF_ONE_RESPONSE]
    return response.status_code, response.text.replace(document_id, "ID"), headers


@pytest.mark.parametrize("name", USERS)
def test_a_user_gets_nothing_of_a_forbidden_document_on_any_surface(
    whole: Service, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="groundwork")
    asyncio.run(walk_surfaces(whole, name))
    # The ids of forbidden documents were in the requests.
    assert not canaries_in("\n".join(record.getMessage() for record in caplog.records))


@pytest.mark.parametrize("name", USERS)
def test_a_model_is_given_nothing_of_a_forbidden_document(parroting: Service, name: str) -> None:
    async def work() -> None:
        forbidden = forbidden_to(CORPUS, USERS[name].readers)
        choose = random.Random(name)
        async with calling(parroting, USERS[name]) as http:
            for _ in range(8):
                for path, body in ways_to_ask(random_question(choose, CORPUS), random_question(choose, CORPUS)):
                    await ask(http, path, body, forbidden)

    asyncio.run(work())


def test_random_questions_are_answered_as_from_the_documents_of_the_user_alone(
    whole: Service, alone: dict[str, Service]
) -> None:
    asyncio.run(walk_questions(whole, alone, PAIRS_IN_CI, seed=1))


@pytest.mark.long
def test_many_random_questions_are_answered_as_from_the_documents_of_the_user_alone(
    whole: Service, alone: dict[str, Service]
) -> None:
    asyncio.run(walk_questions(whole, alone, PAIRS, seed=2))


def test_the_administrator_gets_every_canary(whole: Service) -> None:
    """Otherwise the tests above would pass for a service that answers nothing."""

    async def work() -> frozenset[str]:
        async with calling(whole, ADMINISTRATOR) as http:
            texts = [(await http.get(f"/v1/documents/{document.id}")).text for document in CORPUS]
            return canaries_in(" ".join(texts) + (await http.get("/v1/documents")).text)

    assert asyncio.run(work()) == {canary for document in CORPUS for canary in document.canaries}


class _OpenReaders:
    """Readers who may read everything, in a view that nothing else knows of."""

    groups = frozenset[str]()
    everything = True

    def may_read(self, _: object) -> bool:
        return True


def _break_views(monkeypatch: pytest.MonkeyPatch) -> None:
    init = View.__init__
    monkeypatch.setattr(View, "__init__", lambda view, reads, _: init(view, reads, _OpenReaders()))  # type: ignore[arg-type]


def test_a_view_that_passes_everything_is_found_on_every_surface(
    whole: Service, parroting: Service, alone: dict[str, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    forbidden = forbidden_to(CORPUS, USERS["nobody"].readers)
    _break_views(monkeypatch)

    async def leaks(service: Service, method: str, path: str, body: dict[str, Any] | None = None) -> bool:
        async with calling(service, USERS["nobody"]) as http:
            response = await http.request(method, path, json=body)
        return bool(canaries_in(response.text) & forbidden)

    secret = next(document for document in CORPUS if document.groups)
    question = "What is the limit for annual leave in the calendar year?"
    surfaces: list[tuple[Service, str, str, dict[str, Any] | None]] = [
        (whole, "POST", "/v1/search", {"query": question}),
        (whole, "POST", "/v1/chat/completions", chat(question)),
        (parroting, "POST", "/v1/chat/completions", chat(question)),
        (whole, "POST", "/v1/chat/completions", chat("What is quantum leave?")),
        (whole, "GET", "/v1/documents", None),
        (whole, "GET", f"/v1/documents/{secret.id}", None),
        (whole, "GET", f"/v1/documents/{secret.id}/original", None),
        (whole, "GET", "/v1/corpus-health", None),
    ]
    for surface in surfaces:
        assert asyncio.run(leaks(*surface)), surface[1:]
    with pytest.raises(AssertionError):
        asyncio.run(walk_questions(whole, alone, 20, seed=3))


def test_an_idf_of_the_whole_index_is_found(
    whole: Service, alone: dict[str, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hits are filtered, but the scores depend on forbidden documents."""
    monkeypatch.setattr("core.index.edge.reads._corpus", lambda _: None)
    with pytest.raises(AssertionError) as caught:
        asyncio.run(walk_questions(whole, alone, 20, seed=4))
    assert not isinstance(caught.value, Leak)


def test_an_answer_that_somebody_else_got_is_not_given_from_the_cache(whole: Service) -> None:
    question = chat("What is the limit for annual leave in the calendar year?")

    async def answers() -> list[dict[str, Any]]:
        found = []
        for principal in (ADMINISTRATOR, USERS["berta"], USERS["nobody"], USERS["nobody"]):
            async with calling(whole, principal) as http:
                headers = {"Idempotency-Key": "the-same-for-all"}
                response = await http.post("/v1/chat/completions", json=question, headers=headers)
                found.append(check(response, forbidden_to(CORPUS, principal.readers)).json())
        return found

    of_all, of_berta, first, again = asyncio.run(answers())
    assert len({of_all["id"], of_berta["id"], first["id"]}) == 3
    assert first["id"] == again["id"]
    assert comparable(first) == comparable(again)


def test_the_answer_of_somebody_else_is_rated_like_one_that_does_not_exist(whole: Service) -> None:
    async def work() -> tuple[httpx2.Response, httpx2.Response, httpx2.Response, str]:
        async with calling(whole, USERS["berta"]) as berta, calling(whole, USERS["nobody"]) as other:
            answered = await berta.post("/v1/chat/completions", json=chat("What is the limit for the salary?"))
            answer_id = answered.json()["groundwork"]["answer_id"]
            own = await berta.post("/v1/feedback", json={"answer_id": answer_id, "rating": "down"})
            hidden = await other.post("/v1/feedback", json={"answer_id": answer_id, "rating": "down"})
            absent = await other.post("/v1/feedback", json={"answer_id": "answer-0", "rating": "down"})
            return own, hidden, absent, answer_id

    own, hidden, absent, answer_id = asyncio.run(work())
    assert own.status_code == 200
    assert _alike(hidden, answer_id) == _alike(absent, "answer-0")
    assert hidden.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/v1/answers/answer-0/explanation",
        "/v1/gaps",
        "/v1/records",
        "/v1/reviews",
        "/v1/quality",
        "/v1/experiments",
    ],
)
def test_what_is_kept_of_all_answers_is_for_those_who_read_everything(path: str) -> None:
    assert scope_of("GET", path) == "manage"


def test_jobs_and_unread_uploads_are_those_of_the_user(whole: Service) -> None:
    """A file that cannot be read is named to the one who sent it and to who manages the documents."""

    async def work() -> None:
        sent = Principal("user", _ASKS, id="user:sender", groups=frozenset({"hr"}))
        async with calling(whole, sent) as sender, calling(whole, USERS["hanna"]) as other:
            files = [("files", ("zqsender.pdf", b"%PDF-1.4 broken"))]
            upload = (await sender.post("/v1/documents", files=files)).json()
            path = f"/v1/ingest/jobs/{upload['job_id']}"
            deadline = time.monotonic() + 30
            while (await sender.get(path)).json()["status"] in ("queued", "running") and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
            assert "zqsender.pdf" in (await sender.get("/v1/documents")).text
            assert "zqsender.pdf" not in (await other.get("/v1/documents")).text
            hidden, absent = await other.get(path), await other.get("/v1/ingest/jobs/job-0")
            job_id = upload["job_id"]
            assert _alike(hidden, job_id) == _alike(absent, "job-0")
            assert (await other.request("DELETE", path)).status_code == 404
            deleted = await other.request("DELETE", "/v1/documents/uploads/zqsender.pdf")
            assert deleted.status_code == 404
            assert (await sender.request("DELETE", "/v1/documents/uploads/zqsender.pdf")).status_code == 200

    asyncio.run(work())


def test_a_document_that_a_user_may_not_read_is_not_replaced_or_found_to_be_the_same(whole: Service) -> None:
    async def work() -> None:
        text = b"---\naccess_groups: [board]\n---\n# Plan\n\nThe plan of the board.\n"
        async with calling(whole, USERS["berta"]) as berta, calling(whole, USERS["emil"]) as emil:
            for http, expected in ((berta, "new"), (emil, "renamed"), (berta, "same")):
                files = [("files", ("plan.md", text))]
                sent = (await http.post("/v1/documents", files=files, data={"replace": "true"})).json()
                (row,) = sent["documents"]
                while whole.library.jobs.state(sent["job_id"]).status in ("queued", "running"):
                    await asyncio.sleep(0.02)
                if (http, expected) == (berta, "same"):
                    assert row["outcome"] in ("replaces", "same")
                else:
                    assert row["outcome"] == expected
        for document_id in ("uploads/plan.md", "uploads/plan (2).md"):
            whole.library.delete(document_id, ADMINISTRATOR)

    asyncio.run(work())


def test_readers_are_those_of_the_principal() -> None:
    assert USERS["nobody"].readers == Readers()
    assert USERS["berta"].readers == Readers(frozenset({"board", "hr"}))
    assert ADMINISTRATOR.readers.everything
