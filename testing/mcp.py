"""The SDK's client of MCP, on a service's `/mcp` and on the command `groundwork mcp`."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from testing.builders import REPOSITORY

MODES = ("legacy", "2026-07-28")
"""With an `initialize` (2025-11-25 and before), and without one."""
_TIMEOUT_SECONDS = 60.0


@asynccontextmanager
async def over_http(url: str, key: str | None = None, mode: str = "auto") -> AsyncIterator[Client]:
    """Connect to the service at an address, as an API key."""
    headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
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
