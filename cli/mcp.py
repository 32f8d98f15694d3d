"""`groundwork mcp`: the documents as tools for a language model, over standard input and output."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import settings_from
from core.logs import configure_logging
from core.remote import Remote, read_remote
from core.settings import read_log_format

if TYPE_CHECKING:
    from app.mcp.api import Connect

_ADVICE = "Check GROUNDWORK_URL, and that the service runs there."


def mcp_command(
    url: Annotated[
        str | None, typer.Option(help="Address of a service on another machine. Default: GROUNDWORK_URL.")
    ] = None,
) -> None:
    """Offer the documents to an assistant (Claude Desktop, VS Code, Cursor …) that starts this command.

    It speaks the Model Context Protocol on stdin and stdout. With an address it asks that service, as the API key in
    GROUNDWORK_API_KEY or in the file that GROUNDWORK_API_KEY_FILE names; without one that of this machine, or the index
    itself. `groundwork serve` answers the same over HTTP at /mcp.
    """
    # Ctrl-C ends the process at once. As an exception it would wait for a line on stdin, which a thread is reading.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    remote = read_remote({**os.environ, **({"GROUNDWORK_URL": url} if url else {})})
    asyncio.run(_serve_remote(remote) if remote is not None else _serve_local())


async def _serve_remote(remote: Remote) -> None:
    import httpx2

    from app.client import TIMEOUT, Client

    configure_logging(read_log_format(os.environ))
    headers = {"Authorization": f"Bearer {remote.key}"} if remote.key else {}
    async with httpx2.AsyncClient(base_url=remote.url, timeout=TIMEOUT, headers=headers) as http:
        client = Client(http, remote.url, _ADVICE)
        await _serve(lambda _: nullcontext(client), None)


async def _serve_local() -> None:
    from cli.client import connect
    from cli.local_api import LocalApi
    from core.domain import load_domain

    settings = settings_from()
    configure_logging(settings.log_format)
    api = LocalApi(lambda: connect(settings, "groundwork mcp"))
    try:
        await _serve(lambda _: nullcontext(api), load_domain(settings.domain_dir).title)
    finally:
        await api.close()


async def _serve(connect: Connect, title: str | None) -> None:
    """Answer the messages on stdin until it ends. What anything prints meanwhile goes to stderr."""
    from mcp.server.stdio import stdio_server

    from app.mcp.server import build_server

    server = build_server(connect, title)
    async with stdio_server() as (received, sent):
        await server.run(received, sent, server.create_initialization_options())
