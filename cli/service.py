"""`groundwork serve`: run the service."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from cli.options import settings_from


def serve_command(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: GROUNDWORK_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on. Default: GROUNDWORK_PORT.")
    ] = None,
) -> None:
    """Answer questions over HTTP and on a web page."""
    from app.service.server import run_server

    settings = settings_from()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    run_server(settings, announce=lambda line: typer.echo(line, err=True))
