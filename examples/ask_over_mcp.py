"""Ask the documents over MCP, as an assistant does: list the tools, ask, and check an answer of one's own.

    groundwork serve                      # in another terminal
    python examples/ask_over_mcp.py

GROUNDWORK_URL is the address of the service (http://localhost:8000), and GROUNDWORK_API_KEY a key, where it wants one.
"""

import asyncio
import os

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

URL = os.environ.get("GROUNDWORK_URL", "http://localhost:8000")
KEY = os.environ.get("GROUNDWORK_API_KEY", "none")
QUESTION = "How many days of annual leave do I have after four years?"


async def main() -> None:
    """Call the tools and print what they return."""
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=120) as http,
        Client(streamable_http_client(f"{URL}/mcp", http_client=http)) as client,
    ):
        print("Tools:", ", ".join(tool.name for tool in (await client.list_tools()).tools))

        answer = (await client.call_tool("ask", {"question": QUESTION})).structured_content
        print(answer["answer"])
        for cited in answer["citations"]:
            print(f"  [{cited['index']}] {cited['document_name']}, {cited['section']}")

        mine = "After four years you have 31 days of annual leave."
        checked = (await client.call_tool("check_answer", {"answer": mine, "question": QUESTION})).structured_content
        for flag in checked["report"]["flags"]:
            print(f"'{flag['text']}' in my own answer: {flag['reason']}")


asyncio.run(main())
