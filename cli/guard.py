"""`groundwork guard`: check the answers of any OpenAI-compatible model or RAG on their way to the client."""

from __future__ import annotations

import os
from typing import Annotated

import typer


def guard_command(
    upstream: Annotated[
        str | None, typer.Option(help="Base URL of the API, like http://localhost:8001/v1. [GROUNDWORK_GUARD_UPSTREAM]")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(help="annotate (default), withhold or refuse; see docs/guard.md. [GROUNDWORK_GUARD_POLICY]"),
    ] = None,
    mark: Annotated[
        list[str] | None,
        typer.Option(help="What begins and ends a context in a message: '<kb>...</kb>'; repeatable. [..._MARKS]"),
    ] = None,
    refusal: Annotated[
        str | None, typer.Option(help="Text in the place of a refused answer. [GROUNDWORK_GUARD_REFUSAL]")
    ] = None,
    upstream_key: Annotated[
        str | None,
        typer.Option(help="Is sent to the upstream in place of the caller's. Better: [..._UPSTREAM_KEY or _KEY_FILE]"),
    ] = None,
    open_to_all: Annotated[
        bool, typer.Option("--open-to-all", help="Listen beyond this machine without asking callers for a key.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1. [..._HOST]")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on. Default: 8010. [..._PORT]")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(min=0.1, help="Seconds that the upstream may be silent. Default: 600. [..._TIMEOUT_SECONDS]"),
    ] = None,
    max_body_mb: Annotated[
        int | None, typer.Option(min=1, help="Megabytes of a chat request. Default: 32. [..._BODY_MB]")
    ] = None,
    max_context_characters: Annotated[
        int | None,
        typer.Option(min=1, help="Contexts beyond are not checked. Default: 2000000. [..._CONTEXT_CHARACTERS]"),
    ] = None,
) -> None:
    """Check the answers of any OpenAI-compatible API against the contexts in its requests, while they stream.

    It forwards everything, finds the contexts of chat requests (the field `contexts`, results of tools, marks, the
    prompts of LlamaIndex, LangChain and others), and adds the report to the end of each answer, or withholds what the
    contexts do not support. GROUNDWORK_GUARD_KEY asks callers for a key.
    """
    from app.guard.server import run_guard
    from app.guard.settings import read_guard_settings
    from core.logs import configure_logging
    from core.settings import read_log_format

    settings = read_guard_settings(
        os.environ,
        upstream=upstream,
        policy=policy,
        marks=mark or (),
        refusal=refusal,
        upstream_key=upstream_key,
        open_to_all=open_to_all,
        host=host,
        port=port,
        timeout_s=timeout,
        body_mb=max_body_mb,
        context_characters=max_context_characters,
    )
    configure_logging(read_log_format(os.environ))
    run_guard(settings, lambda line: typer.echo(line, err=True))
