"""The SDK's client of MCP, on a service's `/mcp` and on the command `groundwork mcp`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import IO, Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from testing.builders import REPOSITORY

MODES = ("legacy", "2026-07-28")
"""With an `initialize` (2025-11-25 and before), and without one."""
_TIMEOUT_SECONDS = 60.0
_INITIALIZE = {
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "a test", "version": "1"},
    },
}


@asynccontextmanager
async def over_http(
    url: str, key: str | None = None, mode: str = "auto", headers: Mapping[str, str] | None = None
) -> AsyncIterator[Client]:
    """Connect to the service at an address, as an API key, or with other headers."""
    headers = {"Authorization": f"Bearer {key}"} if key is not None else dict(headers or {})
    async with (
        httpx2.AsyncClient(headers=headers, timeout=_TIMEOUT_SECONDS, verify=False) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(env: Mapping[str, str], *options: str, mode: str = "auto") -> AsyncIterator[Client]:
    """Start the command as an assistant does, and connect to it."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "cli", "mcp", *options], env=dict(env), cwd=REPOSITORY
    )
    async with Client(command, mode=mode) as client:
        yield client


def said(result: CallToolResult) -> str:
    """Return the text of a result."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def found(result: CallToolResult) -> Any:
    """Return the object of a result that is no error; its text must be the same."""
    assert not result.is_error, said(result)
    assert json.loads(said(result)) == result.structured_content
    return result.structured_content


class Assistant:
    """Writes messages to the process and reads its lines, as they are."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._next = 0

    def write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def send(self, message: Mapping[str, Any], *, is_request: bool = True) -> int:
        self._next += is_request
        numbered = {"jsonrpc": "2.0", **({"id": self._next} if is_request else {}), **message}
        self.write(json.dumps(numbered).encode())
        return self._next

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return _message(self.process.stdout.readline())

    def leave(self) -> list[dict[str, Any]]:
        """Close the pipes, as the system does for a process that is killed; return what the command still wrote."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        assert self.process.wait(30) == 0
        return [_message(line) for line in self.process.stdout.read().splitlines()]

    def initialize(self) -> dict[str, Any]:
        self.send(_INITIALIZE)
        answer: dict[str, Any] = self.receive()["result"]
        self.send({"method": "notifications/initialized"}, is_request=False)
        return answer

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        self.send({"method": "tools/call", "params": {"name": tool, "arguments": arguments}})
        return self.receive()["result"]


def _message(line: bytes) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(line)
    assert message["jsonrpc"] == "2.0"
    return message


@contextmanager
def started(env: Mapping[str, str], log: IO[bytes], *options: str) -> Iterator[Assistant]:
    """Start the command, and give what an assistant does with it, without the SDK."""
    command = [sys.executable, "-m", "cli", "mcp", *options]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
    ) as process:
        try:
            yield Assistant(process)
        finally:
            process.kill()
