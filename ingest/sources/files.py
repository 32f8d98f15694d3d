"""A file as the item of a source, and the files below a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigurationError, DocumentError, UnsupportedDocument
from ingest.parse import is_supported, read_file, unsupported
from ingest.sources.paths import shortened
from ingest.sources.sidecars import SIDECAR, described, is_sidecar, read_sidecar
from ingest.sources.source import RawDocument


@dataclass(frozen=True, slots=True)
class FileItem:
    """A file and the id of its document; `problem` says why the file must not be opened.

    `kept_as` is where a new version of an upload will be, and where its permissions file is.
    """

    path: Path
    document_id: str
    problem: str | None = None
    kept_as: Path | None = None

    def read(self) -> RawDocument:
        """Return the file's bytes. Raises UnsupportedDocument for a kind of file that no parser reads."""
        if self.problem:
            raise UnsupportedDocument(self.problem)
        if is_sidecar(self.path.name):
            raise DocumentError(
                f"it says who may read a document of the name '{described(self.path.name)}', and there is none beside "
                f"it. The ending of its name is {SIDECAR}"
            )
        if not is_supported(self.path.name):
            raise unsupported(self.path.name)
        sidecar = read_sidecar(self.kept_as or self.path)
        return RawDocument(read_file(self.path), self.path.name, sidecar=sidecar)


def visible_files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder. Links to folders are yielded, not followed: no cycle is endless."""
    waiting = [folder]
    while waiting:
        entries = _entries(waiting.pop())
        waiting += [path for path, is_folder in entries if is_folder]
        yield from (path for path, is_folder in entries if not is_folder)


def _entries(folder: Path) -> list[tuple[Path, bool]]:
    """Return the visible entries of a folder, each with whether it is a folder itself."""
    try:
        with os.scandir(folder) as found:
            return [
                (Path(entry), entry.is_dir(follow_symlinks=False)) for entry in found if not entry.name.startswith(".")
            ]
    except OSError as error:
        # Going on without the folder would remove its documents as vanished.
        raise ConfigurationError(
            f"The folder {shortened(folder)} cannot be read: {error.strerror or error}. Give yourself the permission "
            "to read it, or move it out of the source."
        ) from error


def problem_of(path: Path, root: Path | None) -> str | None:
    """Return why the file must not be opened, or None: a pipe would block for ever, and a link may lead anywhere."""
    if path.is_symlink() and root is not None:
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(root):
            return f"it is a link out of the folder, to {target}"
        if not target.is_file():
            return "it is a link to something that is no file"
    return None if path.is_file() else "it is no regular file"
