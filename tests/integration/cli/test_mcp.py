"""`groundwork mcp` as an assistant starts it: a process of its own, on its standard input and output."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from core.index.lock import find_holder, lock_index
from testing.builders import REPOSITORY
from testing.handbook import PAGES
from testing.mcp import found, over_stdio
from testing.model_server import Script, running_model_server
from testing.processes import groundwork, serving

QUESTION = "How many days of annual leave does every colleague have a year?"
INITIALIZE = {
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "a test", "version": "1"},
    },
}
ASK = {"method": "tools/call", "params": {"name": "ask", "arguments": {"question": QUESTION}}}


class Assistant:
    """Writes messages to the process and reads its lines, as they are."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._next = 0

    def send(self, message: Mapping[str, Any], *, is_request: bool = True) -> int:
        self._next += is_request
        numbered = {"jsonrpc": "2.0", **({"id": self._next} if is_request else {}), **message}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(numbered).encode() + b"\n")
        self.process.stdin.flush()
        return self._next

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert message["jsonrpc"] == "2.0"
        return message

    def initialize(self) -> dict[str, Any]:
        self.send(INITIALIZE)
        answer: dict[str, Any] = self.receive()["result"]
        self.send({"method": "notifications/initialized"}, is_request=False)
        return answer


@contextmanager
def started(env: Mapping[str, str], log: IO[bytes], *options: str) -> Any:
    command = [sys.executable, "-m", "cli", "mcp", *options]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
    ) as process:
        try:
            yield Assistant(process)
        finally:
            process.kill()


def test_the_tools_read_the_index_of_this_machine_and_leave_it_to_others_in_between(own: dict[str, str]) -> None:
    root = Path(own["GROUNDWORK_DATA_DIR"]) / "index"

    async def call() -> None:
        async with over_stdio(own) as client:
            assert client.server_info is not None
            assert (client.server_info.name, client.server_info.title) == ("groundwork", "Team handbook")
            assert client.instructions is not None
            assert "'Team handbook'" in client.instructions
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == ["search", "ask", "check_answer", "get_document"]
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
            for wrong in (b"not JSON\n", b"\xff\xfe\n", b"[]\n"):
                assistant.process.stdin.write(wrong)
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
            # What the system does with the pipes of a process that is killed.
            assistant.process.stdin.close()
            assert assistant.process.wait(30) == 0
            assert model.left.wait(30)
            rest = assistant.process.stdout.read().splitlines()
            assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest)
    assert find_holder(Path(own["GROUNDWORK_DATA_DIR"]) / "index") is None


def test_it_goes_through_the_service_that_runs_and_on_without_it(own: dict[str, str], tmp_path: Path) -> None:
    async def call() -> None:
        with serving(own, tmp_path / "log") as service:
            async with over_stdio(own) as client:
                assert found(await client.call_tool("search", {"query": QUESTION}))["hits"]
                with service.client() as http:
                    assert 'groundwork_requests_total{route="/v1/search",status="200"} 1.0' in http.get("/metrics").text
                await asyncio.to_thread(service.kill)
                assert found(await client.call_tool("search", {"query": QUESTION}))["hits"]

    asyncio.run(call())


def test_a_key_without_an_address_is_refused_before_anything_is_served(env: dict[str, str]) -> None:
    done = groundwork("mcp", env={**env, "GROUNDWORK_API_KEY": "gwk_0"})
    assert (done.code, done.out) == (2, "")
    assert "GROUNDWORK_API_KEY is set without GROUNDWORK_URL." in done.err
