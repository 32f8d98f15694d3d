"""What the commands share: settings, a request to the service, reading and writing files, output and progress."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import ConfigurationError
from core.settings import Settings, read_settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from app.database import Database

_WIDEST = 10_000
"""Characters of a line. Chosen: more than any table has."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]


def settings_from(data_dir: Path | None = None, qdrant_url: str | None = None) -> Settings:
    """Read the settings from the environment; an option of the command replaces its variable."""
    environment = dict(os.environ)
    if data_dir is not None:
        environment["GROUNDWORK_DATA_DIR"] = str(data_dir)
    if qdrant_url is not None:
        environment["QDRANT_URL"] = qdrant_url
    return read_settings(environment)


def model_folder(argument: str, known: Collection[str] = ()) -> Path:
    """Return the folder that an argument names: a path, or the name of a model that `groundwork model get` has made.

    A name of `known`, which the command knows itself, is returned as it is.
    """
    from serving.get.folders import resolve_model

    return resolve_model(argument, settings_from().models, known)


def request(command: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the running service, or one inside this process, and return the JSON object of the response.

    The request is a GET without a body, else a POST.
    """
    from cli.client import connect

    async def request() -> dict[str, Any]:
        async with connect(settings_from(), command) as client:
            return await client.get(path) if body is None else await client.post(path, body)

    return asyncio.run(request())


@contextmanager
def opened_database() -> Iterator[Database]:
    """Give the database of the settings, also while a service uses it. Raises ConfigurationError and DatabaseFault."""
    from app.database import open_database

    database = open_database(settings_from())
    try:
        yield database
    finally:
        database.close()


def read_text(file: Path) -> str:
    """Return a file's text. Raises ConfigurationError for a file that cannot be read or is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is not UTF-8 text: {error}. Save it as UTF-8.") from error
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}. Name a readable file.") from error


def write_text(file: Path, text: str) -> None:
    """Write a file in UTF-8. Raises ConfigurationError for a file that cannot be written."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written: {error.strerror}. Name a file in an existing folder."
        ) from error


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on one line of stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def stdout() -> Console:
    """Return the console of stdout, without automatic highlighting."""
    from rich.console import Console

    return Console(highlight=False)


def print_table(table: Table, console: Console) -> None:
    """Print a table at its own width, also where the console is narrower: no figure and no name is cut off."""
    width = table.__rich_measure__(console, console.options.update(max_width=_WIDEST)).maximum
    usual = console.width
    console.width = max(width, usual)
    try:
        console.print(table)
    finally:
        console.width = usual


@contextmanager
def bytes_shown(label: str) -> Iterator[Callable[[int], None]]:
    """Show on stderr, if that is a terminal, how many bytes were read; give the function that updates it."""
    from rich.console import Console
    from rich.progress import (
        DownloadColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TransferSpeedColumn,
    )

    columns = (SpinnerColumn(), TextColumn(label), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr if that is a terminal; give the function that updates it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
