"""`groundwork backup` and `restore`: everything that cannot be made again, in one file."""

from __future__ import annotations

import asyncio
import gzip
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.operations.acts import record_act
from cli.options import AsJson, bytes_shown, opened_database, print_json, settings_from
from core.errors import BackupFault, ConfigurationError
from core.settings import Settings

if TYPE_CHECKING:
    from app.backup.archive import Checked

_PART = ".part"
_LEVEL = 1
"""Of gzip. Vectors hardly get smaller at a higher one."""
Backup = Annotated[Path, typer.Argument(metavar="FILE", help="The backup: FILE.tar, or FILE.tar.gz for a smaller one.")]


def backup_command(file: Backup, as_json: AsJson = False) -> None:
    """Back up the index, the database, uploads and releases into one file, also while the service runs.

    The file has what people asked, and secrets: only its user can read it.
    """
    from app.backup.archive import check_archive

    settings = settings_from()
    _check_target(file, settings)
    began = time.perf_counter()
    part = file.with_name(f"{file.name}{_PART}")
    try:
        with bytes_shown("Backing up") as shown:
            asyncio.run(_write(settings, part, file, shown))
        checked = check_archive(part)
        os.replace(part, file)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    _print_backup(file, checked, time.perf_counter() - began, as_json)


def restore_command(
    file: Backup,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there, for good.")] = False,
    without_index: Annotated[
        bool, typer.Option("--without-index", help="Leave the index as it is; the documents have to be read again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty data directory, database and index, all or nothing. Stop the service first."""
    from app.backup.restore import restore

    began = time.perf_counter()
    with bytes_shown("Restoring") as shown:
        restored = restore(file, settings_from(), force=force, with_index=not without_index, report=shown)
    with opened_database() as database:
        record_act(database, "restore", str(file), datetime.now(UTC))
    header = restored.header
    result = {
        "file": str(file),
        "created_at": header.created_at,
        "version": header.version,
        "domain": header.domain,
        "documents": header.documents if restored.with_index else 0,
        "chunks": header.chunks if restored.with_index else 0,
        "rows": restored.rows,
        "files": len(restored.files),
        "unfinished": header.unfinished,
        "seconds": round(time.perf_counter() - began, 3),
    }
    if as_json:
        print_json(result)
        return
    typer.echo(
        f"Restored the backup of {header.created_at}: {result['documents']} documents, {result['chunks']} chunks, "
        f"{sum(restored.rows.values())} rows, {len(restored.files)} files."
    )
    if without_index or header.unfinished:
        typer.echo("Read the documents again: groundwork ingest")


def _check_target(file: Path, settings: Settings) -> None:
    """Raise ConfigurationError for a file that cannot be a backup's."""
    if not file.name.endswith((".tar", ".tar.gz")):
        raise ConfigurationError(f"{file} must end with .tar or .tar.gz. Name it so.")
    if not file.parent.is_dir():
        raise ConfigurationError(f"The folder {file.parent} does not exist. Make it, or name another.")
    if file.exists():
        raise ConfigurationError(f"{file} exists already. Name another file, or remove it.")
    if file.resolve().is_relative_to(settings.data_dir.resolve()):
        raise ConfigurationError(
            f"{file} is in the data directory {settings.data_dir}, with which it would be lost. Name a file elsewhere."
        )


async def _write(settings: Settings, part: Path, file: Path, shown: Callable[[int], None]) -> None:
    part.unlink(missing_ok=True)
    read = 0
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
        with gzip.open(raw, "wb", compresslevel=_LEVEL) if file.name.endswith(".gz") else nullcontext(raw) as written:
            async for block in _blocks(settings, file):
                written.write(block)
                read += len(block)
                shown(read)
        raw.flush()
        os.fsync(raw.fileno())


async def _blocks(settings: Settings, file: Path) -> AsyncIterator[bytes]:
    """Yield the backup of the service that has the embedded index open, else one that is made in this process."""
    from cli.client import connect, service_holding_index

    if service_holding_index(settings) is not None:
        async with connect(settings, "groundwork backup") as client:
            async for block in client.download("/v1/backup"):
                yield block
        return
    for block in _made_here(settings, file):
        yield block


def _made_here(settings: Settings, file: Path) -> Iterator[bytes]:
    from app.service.bootstrap import build_service

    service = build_service(settings, "groundwork backup")
    try:
        if not service.library.has_index():
            raise BackupFault(
                f"There is no index in {service.library.place}. Check GROUNDWORK_DATA_DIR and QDRANT_URL, or read "
                "documents first: groundwork ingest"
            )
        service.library.open_index()
        yield from service.backup()
        # A service records the request itself.
        record_act(service.database, "backup", str(file), datetime.now(UTC))
    finally:
        service.close()


def _print_backup(file: Path, checked: Checked, seconds: float, as_json: bool) -> None:
    header = checked.header
    result: dict[str, Any] = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "created_at": header.created_at,
        "version": header.version,
        "domain": header.domain,
        "documents": header.documents,
        "chunks": header.chunks,
        "files": checked.files,
        "unfinished": header.unfinished,
        "left_out": header.left_out,
        "seconds": round(seconds, 3),
    }
    if as_json:
        print_json(result)
        return
    typer.echo(
        f"{file}: {result['bytes'] / 1e6:,.1f} MB, {header.documents} documents, {header.chunks} chunks, "
        f"{checked.files} files, in {seconds:.1f} s. It was read back and is intact."
    )
    typer.echo("It has what people asked, and the secret of the widget. Not in it: models, the domain's folder, .env")
    for name in header.left_out:
        typer.echo(f"Left out, because it is a link or a device: {name}", err=True)
    if header.unfinished:
        typer.echo(f"Not read to their end: {len(header.unfinished)} documents. After a restore: groundwork ingest")
