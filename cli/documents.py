"""`groundwork ingest` and `health`: read documents into the index, and examine them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, print_json, request, settings_from, stdout
from core.errors import ConfigurationError
from ingest.engine import Engine

_INTERRUPTED = 130
"""The exit code of a command that was ended by SIGINT: 128 + 2."""


def ingest_command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Folders or files. Default: the domain's sources and earlier paths."),
    ] = None,
    index: Annotated[Path | None, typer.Option(help="Data directory. Default: GROUNDWORK_DATA_DIR.")] = None,
    qdrant_url: Annotated[str | None, typer.Option(help="URL of a Qdrant server. Default: QDRANT_URL.")] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build a new index, and switch to it when it is complete.")
    ] = False,
    forget: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Remove a folder's documents from the index; read nothing. Repeatable."),
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option(help="local: this machine; ray: a Ray cluster (RAY_ADDRESS), which writes to a Qdrant server."),
    ] = "local",
    as_json: AsJson = False,
) -> None:
    """Update the index from your documents: add new ones, update changed ones, remove deleted ones."""
    from cli.client import ingest_documents
    from cli.console import print_ingestion, shown_progress

    if forget and (paths or rebuild or engine != "local"):
        raise ConfigurationError("--forget reads nothing: give it without paths, --rebuild and --engine.")
    settings = settings_from(index, qdrant_url)
    with shown_progress() as shown:
        try:
            report = ingest_documents(
                settings, paths or [], rebuild=rebuild, forget=forget or [], progress=shown.update, engine=engine
            )
        except KeyboardInterrupt:
            done = f": {shown.last.summary}" if shown.last is not None and shown.last.total else ""
            typer.echo(f"Interrupted{done}. The next run of groundwork ingest goes on from here.", err=True)
            raise typer.Exit(_INTERRUPTED) from None
    print_json(report.to_dict()) if as_json else print_ingestion(report)
    raise typer.Exit(report.exit_code)


def health_command(as_json: AsJson = False) -> None:
    """Show where your documents disagree, repeat one another, or are past their own dates."""
    from cli.console import print_health

    health = request("groundwork health", "/v1/corpus-health")
    print_json(health) if as_json else print_health(health, stdout())
