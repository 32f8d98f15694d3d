"""`groundwork ingest`: read documents into the index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, print_json, settings_from
from core.errors import ConfigurationError
from core.settings import Settings
from ingest.engine import Engine

if TYPE_CHECKING:
    from cli.ingestion.run import Order

_INTERRUPTED = 130
"""The exit code of a command that was ended by SIGINT: 128 + 2."""


def ingest_command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...", help="Folders, files or ZIP archives. Default: the domain's sources and earlier paths."
        ),
    ] = None,
    index: Annotated[Path | None, typer.Option(help="Data directory. Default: GROUNDWORK_DATA_DIR.")] = None,
    qdrant_url: Annotated[str | None, typer.Option(help="URL of a Qdrant server. Default: QDRANT_URL.")] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build a new index, and switch to it when it is complete.")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the index before the last rebuild; once more: back again.")
    ] = False,
    forget: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Remove a folder's documents from the index; read nothing. Repeatable."),
    ] = None,
    moved: Annotated[
        tuple[str, Path] | None,
        typer.Option(metavar="OLD NEW", help="A folder has moved: keep its documents, and read it where it is now."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: update the index whenever documents change, until Ctrl-C.")
    ] = False,
    engine: Annotated[
        Engine,
        typer.Option(help="local: this machine; ray: a Ray cluster (RAY_ADDRESS), which writes to a Qdrant server."),
    ] = "local",
    as_json: AsJson = False,
) -> None:
    """Update the index from your documents: add new ones, update changed ones, remove deleted ones."""
    from cli.ingestion.run import Order

    order = Order(tuple(paths or ()), rebuild, tuple(forget or ()), moved, rollback, engine)
    _check(order, watch=watch)
    settings = settings_from(index, qdrant_url)
    if not watch:
        raise typer.Exit(_run(settings, order, as_json=as_json))
    from cli.ingestion.watch import watch as run_on_changes

    try:
        run_on_changes(lambda: _watched_folders(settings, order.paths), lambda: _run(settings, order, as_json=as_json))
    except KeyboardInterrupt:
        # Between two runs: nothing is left undone.
        typer.echo("Watching has ended.", err=True)


def _run(settings: Settings, order: Order, *, as_json: bool) -> int:
    """Execute the order once, print the report; return the exit code."""
    from cli.console import print_ingestion, shown_progress
    from cli.ingestion.run import ingest_documents

    with shown_progress() as shown:
        try:
            report = ingest_documents(settings, order, shown.update)
        except KeyboardInterrupt:
            done = f": {shown.last.summary}" if shown.last is not None and shown.last.total else ""
            then = "The index is as it was." if order.rebuild else "The same command goes on from here."
            typer.echo(f"Interrupted{done}. {then}", err=True)
            raise typer.Exit(_INTERRUPTED) from None
    print_json(report.to_dict()) if as_json else print_ingestion(report)
    return report.exit_code


def _watched_folders(settings: Settings, paths: Sequence[Path]) -> list[Path]:
    """Return the folders and files of the sources that a run with these paths reads."""
    from core.domain import load_domain
    from ingest.known_sources import choose_sources
    from ingest.sources import FolderSource

    sources = choose_sources(settings, load_domain(settings.domain_dir), paths)
    return [source.root / source.part for source in sources if isinstance(source, FolderSource)]


def _check(order: Order, *, watch: bool) -> None:
    """Raise ConfigurationError for options that exclude each other."""
    is_reading = bool(order.paths) or order.rebuild or watch or order.engine != "local"
    if order.forget and (is_reading or order.moved or order.rollback):
        raise ConfigurationError("--forget reads nothing: give it without paths and without other options.")
    if order.rollback and (is_reading or order.moved):
        raise ConfigurationError("--rollback reads nothing: give it without paths and without other options.")
    if order.moved and is_reading:
        raise ConfigurationError("--moved reads a folder of its own: give it without paths and without other options.")
    if watch and order.rebuild:
        raise ConfigurationError("--watch updates the index: rebuild it first, by a command without --watch.")
