"""`groundwork serve`: run the service."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Annotated

import typer

from cli.options import settings_from
from core.logs import configure_logging

_log = logging.getLogger("groundwork")


def serve_command(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: GROUNDWORK_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on. Default: GROUNDWORK_PORT.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A model of `model get`, or a checkpoint's folder, that vLLM serves beside the app."),
    ] = None,
) -> None:
    """Answer questions over HTTP and on a web page."""
    from app.service.server import run_server

    settings = settings_from()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    configure_logging(settings.log_format)

    def announce(line: str) -> None:
        if settings.log_format == "json":
            _log.info("%s", line)
        else:
            typer.echo(line, err=True)

    if model is None:
        run_server(settings, announce)
        return
    from cli.model_beside import served_beside

    with served_beside(model, settings, announce) as (connected, beside):
        run_server(connected, announce, beside.is_starting)
