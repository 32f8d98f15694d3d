"""The tools over streamable HTTP, called by the SDK's own client, of both kinds of the protocol.

`closed`      a service with keys over documents that have groups; its model repeats all that it is given
`generating`  a service in a process of its own, with a model server that follows a script
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from app.access.keys import create_key
from app.api import create_app
from app.service.principals import Role
from app.service.service import Service
from core.access import AccessSettings
from core.permissions import Readers
from testing.asgi import listening
from testing.canaries import (
    RULES,
    NoisyBm25,
    NoisyEmbedder,
    canaries_in,
    canary_corpus,
    forbidden_to,
    pages_of,
    random_question,
)
from testing.handbook import ignore_progress
from testing.mcp import MODES, found, over_http, said, started
from testing.model_server import ModelServer, Script
from testing.parrot import Parrot
from testing.processes import Serving, environment
from testing.services import make_service

QUESTION = "How many days of annual leave does every colleague have a year?"
CORPUS = canary_corpus()
PER_MINUTE = 100
HEADERS = {"Accept": "application/json, text/event-stream"}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": QUESTION}},
}


@dataclass(frozen=True)
class Closed:
    """A service that wants a key."""

    service: Service
    url: str

    def key(self, name: str, *groups: str, role: Role = "ask") -> str:
        """Make a key."""
        return create_key(self.service.database, name, (role,), frozenset(groups), datetime.now(UTC)).text


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    made = make_service(
        tmp_path_factory.mktemp("closed"),
        refuse_below=0.0,
        locked=True,
        llm=Parrot(),
        more=RULES,
        pages=pages_of(CORPUS),
        embedder=NoisyEmbedder(64),
        sparse=NoisyBm25("english"),
        access=AccessSettings(mode="keys", caller_per_minute=PER_MINUTE),
    )
    try:
        made.open()
        made.library.ingest([], rebuilding=False, progress=ignore_progress)
        with listening(create_app(made)) as url:
            yield Closed(made, url)
    finally:
        made.close()


async def everything(client: Client, questions: list[str], ids: list[str]) -> str:
    """Return all that the tools and resources say about some questions and documents."""
    listed = await client.list_resources()
    texts = [listed.model_dump_json()]
    for question in questions:
        calls: list[tuple[str, dict[str, Any]]] = [
            ("search", {"query": question, "top_k": 20}),
            ("search", {"query": question, "document_ids": ids}),
            ("ask", {"question": question}),
            ("check_answer", {"answer": f"It is 4711 days. {question}", "question": question}),
        ]
        for tool, arguments in calls:
            texts.append(said(await client.call_tool(tool, arguments)).replace(question, ""))
    texts += [(await client.read_resource(resource.uri)).model_dump_json() for resource in listed.resources]
    return "".join(texts)


@pytest.mark.parametrize(("name", "groups"), [("nobody", ()), ("hanna", ("hr",))])
def test_a_key_gets_nothing_of_documents_that_its_groups_may_not_read(
    closed: Closed, name: str, groups: tuple[str, ...]
) -> None:
    readers = Readers(frozenset(groups))
    forbidden = forbidden_to(CORPUS, readers)
    rng = random.Random(5)
    questions = [random_question(rng, CORPUS) for _ in range(3)]
    ids = [document.id for document in CORPUS]

    async def walk() -> str:
        async with over_http(closed.url, closed.key(name, *groups)) as client:
            return await everything(client, questions, ids)

    seen = canaries_in(asyncio.run(walk()))
    assert seen & forbidden == frozenset()
    # And nearly all of what it may read was there to be seen.
    readable = frozenset[str]().union(*(document.canaries for document in CORPUS)) - forbidden
    assert len(seen & readable) > 0.8 * len(readable)


def test_a_document_that_may_not_be_read_is_answered_like_one_that_does_not_exist(closed: Closed) -> None:
    secret = next(document for document in CORPUS if "hr" in document.groups)
    absent = "open/absent.md"

    async def ask() -> None:
        async with over_http(closed.url, closed.key("stranger")) as client:
            answers = []
            for document_id in (secret.id, absent):
                read = await client.call_tool("get_document", {"document_id": document_id})
                only = {"query": "annual leave", "document_ids": [document_id]}
                with pytest.raises(MCPError) as caught:
                    await client.read_resource(f"groundwork://documents/{document_id.replace(' ', '%20')}")
                searched = await client.call_tool("search", only)
                checked = await client.call_tool("check_answer", {"answer": "25 days.", "document_ids": [document_id]})
                texts = (said(read), said(searched), said(checked), str(caught.value))
                answers.append([read.is_error, caught.value.code, *(text.replace(document_id, "…") for text in texts)])
            assert answers[0] == answers[1]
            assert answers[0][:3] == [True, -32602, "There is no document '…'."]
        async with over_http(closed.url, closed.key("reader", *secret.groups)) as client:
            read = await client.call_tool("get_document", {"document_id": secret.id})
            assert found(read)["text"] == secret.text

    asyncio.run(ask())


@pytest.mark.parametrize("mode", MODES)
def test_a_role_allows_the_tools_whose_requests_it_allows(closed: Closed, mode: str) -> None:
    async def call() -> None:
        async with over_http(closed.url, closed.key(f"ingest {mode}", role="ingest"), mode) as client:
            readable = (await client.list_resources()).resources[0].name
            assert found(await client.call_tool("get_document", {"document_id": readable}))["document_id"] == readable
            for tool, arguments in (("search", {"query": "leave"}), ("ask", {"question": "leave"})):
                refused = await client.call_tool(tool, arguments)
                assert refused.is_error
                assert said(refused).startswith("This API key may not use POST '/v1/")

    asyncio.run(call())


def test_the_command_asks_a_service_elsewhere_as_its_key_until_ctrl_c(closed: Closed, tmp_path: Path) -> None:
    secret = next(document for document in CORPUS if document.groups)
    env = environment(tmp_path / "data", tmp_path / "nowhere", GROUNDWORK_API_KEY=closed.key("laptop"))

    with (tmp_path / "log").open("wb") as log, started(env, log, "--url", closed.url) as assistant:
        assistant.initialize()
        assert assistant.call("search", {"query": "annual leave"})["isError"] is False
        refused = assistant.call("get_document", {"document_id": secret.id})
        assert refused["content"][0]["text"] == f"There is no document '{secret.id}'."
        assistant.process.send_signal(signal.SIGINT)
        assert assistant.process.wait(10) == -signal.SIGINT
    assert (tmp_path / "log").read_bytes() == b""
    # Neither an index nor a domain is needed here.
    assert [file.name for file in tmp_path.iterdir()] == ["log"]


def test_without_a_key_that_may_read_there_is_no_protocol(closed: Closed) -> None:
    with httpx2.Client(base_url=closed.url, headers=HEADERS) as http:
        refused = http.post("/mcp", json=CALL)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="groundwork"')
        assert http.post("/mcp", json=CALL, headers={"Authorization": "Bearer gwk_wrong"}).status_code == 401
        metrics = {"Authorization": f"Bearer {closed.key('prometheus', role='metrics')}"}
        assert http.post("/mcp", json=CALL, headers=metrics).status_code == 403


def test_pages_of_other_origins_and_other_hosts_are_refused(closed: Closed) -> None:
    with httpx2.Client(base_url=closed.url, headers=HEADERS) as http:
        http.headers["Authorization"] = f"Bearer {closed.key('browser')}"
        for headers, status in (
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Host": "evil.example"}, 421),
            ({"Origin": closed.url}, 200),
        ):
            assert http.post("/mcp", json=CALL, headers=headers).status_code == status, headers


def test_there_are_no_sessions_to_read_or_to_end(closed: Closed) -> None:
    with httpx2.Client(base_url=closed.url, headers=HEADERS) as http:
        http.headers["Authorization"] = f"Bearer {closed.key('sessions')}"
        for method in ("GET", "DELETE"):
            response = http.request(method, "/mcp")
            assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_a_key_over_its_limit_reads_so_in_the_results_of_its_tools_and_still_gets_the_protocol(closed: Closed) -> None:
    key = closed.key("busy")

    async def call() -> None:
        async with over_http(closed.url, key) as client:
            tools = await client.list_tools()
            assert not (await client.call_tool("search", {"query": "leave"})).is_error
            with httpx2.Client(base_url=closed.url, headers={"Authorization": f"Bearer {key}"}) as http:
                body = {"answer": "Yes.", "contexts": ["Yes."]}
                statuses = [http.post("/v1/ground", json=body).status_code for _ in range(PER_MINUTE + 20)]
            assert 429 in statuses
            refused = await client.call_tool("search", {"query": "leave"})
            assert refused.is_error
            assert said(refused).startswith(f"Too many requests: a key or user is limited to {PER_MINUTE} a minute.")
            assert await client.list_tools(cache_mode="refresh") == tools

    asyncio.run(call())


def test_a_user_whom_a_proxy_names_reads_with_the_groups_that_it_names(tmp_path: Path) -> None:
    made = make_service(
        tmp_path,
        locked=True,
        more='[[permissions]]\npath = "leave"\ngroups = ["hr"]\n',
        access=AccessSettings(mode="proxy"),
        trusted_proxies=("127.0.0.1",),
    )

    async def is_read(url: str, groups: str) -> bool:
        headers = {"X-Forwarded-User": "ada", "X-Forwarded-Groups": groups}
        async with over_http(url, headers=headers) as client:
            return not (await client.call_tool("get_document", {"document_id": "leave/annual.md"})).is_error

    try:
        made.open()
        made.library.ingest([], rebuilding=False, progress=ignore_progress)
        with listening(create_app(made)) as url:
            assert asyncio.run(is_read(url, "staff, hr"))
            assert not asyncio.run(is_read(url, "staff"))
            named_twice = [("X-Forwarded-User", "ada"), ("X-Forwarded-User", "eve"), *HEADERS.items()]
            with httpx2.Client(base_url=url, headers=named_twice) as http:
                assert http.post("/mcp", json=CALL).status_code == 401
    finally:
        made.close()


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_of_the_model_comes_with_citations_grounding_and_progress(
    generating: Serving, model_server: ModelServer, mode: str
) -> None:
    model_server.script = Script(pieces=("Every colleague has ", "25 days of annual leave [1]."), stall_after=1)
    reports: list[tuple[float, str | None]] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        reports.append((progress, message))
        model_server.go_on.set()

    async def call() -> Any:
        async with over_http(generating.url, mode=mode) as client:
            return found(await client.call_tool("ask", {"question": QUESTION}, progress_callback=progress))

    answer = asyncio.run(call())
    assert answer["answer"] == "Every colleague has 25 days of annual leave [1]."
    assert (answer["kind"], answer["refused"], answer["mode"], answer["degraded"]) == (
        "answer",
        False,
        "generated",
        False,
    )
    assert [(cited["index"], cited["document_id"]) for cited in answer["citations"]] == [(1, "leave/annual.md")]
    assert answer["grounding"]["supported"] is True
    assert reports
    written = "passages found, 19 characters written"
    assert all(message is not None and message.endswith(written) for _, message in reports)


@pytest.mark.parametrize("mode", MODES)
def test_a_call_that_is_cancelled_cancels_the_request_to_the_model(
    generating: Serving, model_server: ModelServer, mode: str
) -> None:
    model_server.script = Script(pieces=("Every ", "colleague."), stall_after=1)

    async def call() -> None:
        async with over_http(generating.url, mode=mode) as client, asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(client.call_tool("ask", {"question": QUESTION}))
            await asyncio.to_thread(model_server.stalling.wait, 30)
            asking.cancel()

    with suppress(asyncio.CancelledError):
        asyncio.run(call())
    assert model_server.left.wait(10)


def test_a_client_that_is_gone_cancels_its_call(generating: Serving, model_server: ModelServer) -> None:
    model_server.script = Script(pieces=("Every ", "colleague."), stall_after=1)
    before = calls(generating, "cancelled")
    with generating.client() as http, pytest.raises(httpx2.ReadTimeout):
        http.post("/mcp", json=CALL, headers=HEADERS, timeout=httpx2.Timeout(5.0, read=1.0))
    assert model_server.left.wait(10)
    assert calls(generating, "cancelled") == before + 1


def calls(service: Serving, outcome: str) -> float:
    """How many calls of `ask` have ended so."""
    with service.client() as http:
        lines = http.get("/metrics").text.splitlines()
    name = f'groundwork_mcp_tool_calls_total{{outcome="{outcome}",tool="ask"}} '
    return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0.0)


def test_an_answer_that_fails_is_an_error_that_the_model_can_read(
    generating: Serving, model_server: ModelServer
) -> None:
    model_server.script = Script(pieces=("Every ", "colleague."), die_after=1)
    before = calls(generating, "failed")

    async def call() -> None:
        async with over_http(generating.url) as client:
            failed = await client.call_tool("ask", {"question": QUESTION})
            assert (failed.is_error, failed.structured_content) == (True, None)
            assert "did not answer" in said(failed)

    asyncio.run(call())
    assert calls(generating, "failed") == before + 1


def test_a_message_and_the_request_of_its_tool_are_counted_under_their_own_routes(generating: Serving) -> None:
    def counted(http: httpx2.Client, route: str) -> float:
        name = f'groundwork_requests_total{{route="{route}",status="200"}} '
        lines = http.get("/metrics").text.splitlines()
        return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0.0)

    with generating.client() as http:
        before = [counted(http, route) for route in ("/mcp", "/v1/search")]
        call = {**CALL, "params": {"name": "search", "arguments": {"query": "annual leave"}}}
        response = http.post("/mcp", json=call, headers={**HEADERS, "X-Request-Id": "from-a-client-1"})
        assert response.headers["x-request-id"] == "from-a-client-1"
        assert [counted(http, route) for route in ("/mcp", "/v1/search")] == [count + 1 for count in before]
