"""The files of the data directory that a backup has: all that cannot be made again, also those nobody knows yet.

Left out are the index and the database, which a backup has as points and rows, and a SQLite database beside another
one that is used in its place; the models, which are fetched or
compressed again; logs of vLLM; what Python has compiled; and what is half written. Links and devices are left out, and
named.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.backup.archive import DATA, Member, file_blocks
from app.database.database import SQLITE_FILE
from core.index.open import embedded_root
from core.restoring import STAGING, UNFINISHED
from core.settings import Settings

_HALF_WRITTEN = re.compile(r".*\.(part|new|pyc)")
ASIDE = ".restoring"
"""What the name of a SQLite database ends with while a restore makes it."""
SQLITE_ENDINGS = ("", "-wal", "-shm", "-journal")
"""Of a SQLite database's files."""
_LOG = re.compile(r"vllm-[0-9]+\.log")


@dataclass(frozen=True, slots=True)
class DataFiles:
    """The files to keep by their paths below the data directory, and what was left out."""

    kept: list[Path] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def list_files(settings: Settings, database: Path | None) -> DataFiles:
    """Return the files of the data directory; `database` is the file of a SQLite database, which is not among them."""
    found = DataFiles()
    if settings.data_dir.is_dir():
        _list(settings.data_dir, settings, _made_again(settings, database), found)
    return found


def replaced_entries(settings: Settings, database: Path | None) -> list[Path]:
    """Return the files and folders of the data directory that a restore replaces: those that a backup has parts of."""
    kept = list_files(settings, database).kept
    return sorted({settings.data_dir / path.relative_to(settings.data_dir).parts[0] for path in kept})


def file_members(settings: Settings, files: DataFiles) -> Iterator[Member]:
    """Yield the members of the files, each read from one version of it. One that was deleted meanwhile is left out."""
    for path in files.kept:
        try:
            source = path.open("rb")
        except FileNotFoundError:
            continue
        with source:
            size = os.fstat(source.fileno()).st_size
            name = path.relative_to(settings.data_dir).as_posix()
            yield Member(f"{DATA}{name}", size, file_blocks(source, size))


def not_kept(names: Iterable[str], settings: Settings, database: Path | None) -> Iterator[str]:
    """Yield those of the paths below the data directory that no backup has, as far as their names say."""
    made_again = _made_again(settings, database)
    for name in names:
        file = settings.data_dir / name
        places = (file, *file.parents[: len(Path(name).parts) - 1])
        if any(path.absolute() in made_again or _HALF_WRITTEN.fullmatch(path.name) for path in places):
            yield name


def _made_again(settings: Settings, database: Path | None) -> set[Path]:
    left_out = {embedded_root(settings), settings.models, settings.data_dir / STAGING, settings.data_dir / UNFINISHED}
    # Also where another database is used: a restore into SQLite would put the old file in the place of the new one.
    for used in (settings.data_dir / SQLITE_FILE, *([database] if database is not None else [])):
        names = [f"{name}{ending}" for name in (used.name, f"{used.name}{ASIDE}") for ending in SQLITE_ENDINGS]
        left_out |= {used.with_name(name) for name in names}
    return {path.absolute() for path in left_out}


def _list(folder: Path, settings: Settings, made_again: set[Path], found: DataFiles) -> None:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if path.absolute() in made_again or _HALF_WRITTEN.fullmatch(entry.name):
            continue
        if folder == settings.data_dir and _LOG.fullmatch(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            _list(path, settings, made_again, found)
        elif entry.is_file(follow_symlinks=False):
            found.kept.append(path)
        else:
            found.left_out.append(path.relative_to(settings.data_dir).as_posix())
