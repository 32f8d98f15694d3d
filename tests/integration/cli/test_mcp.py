"""`groundwork mcp` as an assistant starts it: a process of its own, on its standard input and output."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.api import create_app
from app.service.bootstrap import build_service
from app.service.service import Service
from core.index.lock import find_holder, lock_index
from core.settings import read_settings
from testing.asgi import listening
from testing.handbook import PAGES
from testing.mcp import found, over_stdio, started
from testing.model_server import Script, free_port, running_model_server

QUESTION = "How many days of annual leave does every colleague have a year?"
ASK = {"method": "tools/call", "params": {"name": "ask", "arguments": {"question": QUESTION}}}


@contextmanager
def serving_here(env: Mapping[str, str], port: int) -> Iterator[Service]:
    """What `groundwork serve` runs, in this process, until the end of the block."""
    service = build_service(read_settings(env), "groundwork serve", f"http://127.0.0.1:{port}")
    try:
        service.open()
        with listening(create_app(service), port):
            yield service
    finally:
        service.close()


def test_the_tools_go_through_the_service_that_runs_and_else_share_the_index_with_others(own: dict[str, str]) -> None:
    root = Path(own["GROUNDWORK_DATA_DIR"]) / "index"
    port = free_port()

    async def call() -> None:
        async with over_stdio(own) as client:
            assert client.server_info is not None
            assert (client.server_info.name, client.server_info.title) == ("groundwork", "Team handbook")
            assert client.instructions is not None
            assert "'Team handbook'" in client.instructions
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == ["search", "ask", "check_answer", "get_document"]
            with serving_here(own, port) as service:
                assert found(await client.call_tool("search", {"query": QUESTION}))["hits"]
                assert b'groundwork_requests_total{route="/v1/search",status="200"} 1.0' in service.metrics.exposition()
            with lock_index(root, "a test"):
                # The call waits for the index.
                waiting = asyncio.create_task(client.call_tool("search", {"query": QUESTION, "top_k": 2}))
                await asyncio.sleep(1.0)
            hits = found(await waiting)["hits"]
            assert hits[0]["document_id"] == "leave/annual.md"
            holder = find_holder(root)
            assert holder is not None
            assert (holder.command, holder.url) == ("groundwork mcp", None)

            answer = found(await client.call_tool("ask", {"question": QUESTION}))
            assert "25 days" in answer["answer"]
            assert answer["citations"][0]["document_id"] == "leave/annual.md"
            checked = found(await client.call_tool("check_answer", {"answer": "You have 31 days of annual leave."}))
            assert [flag["text"] for flag in checked["report"]["flags"]] == ["31"]
            evidence = checked["report"]["flags"][0]["evidence"]
            passage = checked["passages"][evidence["context"]]
            assert passage["text"][evidence["start"] : evidence["end"]] == evidence["text"] == "25"
            resources = (await client.list_resources()).resources
            assert [resource.name for resource in resources] == sorted(PAGES)

    asyncio.run(call())
    assert find_holder(root) is None


def test_nothing_but_the_protocol_is_on_stdout_and_a_killed_assistant_ends_the_process(
    own: dict[str, str], tmp_path: Path
) -> None:
    with running_model_server() as model, (tmp_path / "log").open("wb") as log:
        model.script = Script(pieces=("Every ", "colleague."), stall_after=1)
        with started({**own, "LLM_BASE_URL": model.url}, log) as assistant:
            assert assistant.initialize()["protocolVersion"] == "2025-11-25"
            for wrong in (b"not JSON", b"\xff\xfe", b"[]"):
                assistant.write(wrong)
            assistant.send({"method": "tools/call", "params": {"name": "search", "arguments": {"query": 5}}})
            while "result" not in (answer := assistant.receive()):
                pass
            assert answer["result"]["isError"] is True
            assert answer["result"]["content"][0]["text"] == "query: Input should be a valid string."
            asked = assistant.send(ASK)
            assert model.stalling.wait(60)
            assistant.send({"method": "notifications/cancelled", "params": {"requestId": asked}}, is_request=False)
            assert model.left.wait(30)
            model.left.clear()
            model.stalling.clear()
            assistant.send(ASK)
            assert model.stalling.wait(60)
            assistant.leave()
            assert model.left.wait(30)
    assert find_holder(Path(own["GROUNDWORK_DATA_DIR"]) / "index") is None
