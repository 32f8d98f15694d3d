"""Copy a fork's own documents into its corpus."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigurationError, ForkError

MOST_BYTES = 200_000_000
"""Of all copied documents: git keeps every version of a file for ever, and hosts refuse files of 100 MB."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document to copy, with its path below the corpus."""

    file: Path
    target: Path
    size: int


def find_documents(folders: Sequence[Path]) -> tuple[Found, ...]:
    """Return the files below folders, and files themselves, in order of their targets.

    Of several folders each has its own below the corpus. What is hidden or a link is left out. Raises
    ConfigurationError for a path that does not exist or holds no file, for two of the same name, and for more than
    MOST_BYTES.
    """
    names = [folder.absolute().name for folder in folders]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(
                f"Two of the paths of --documents are named '{name}'. Rename one, or copy both into one folder."
            )
    found: list[Found] = []
    for folder, name in zip(folders, names, strict=True):
        own = sorted(_files_of(folder, name if len(folders) > 1 else ""), key=lambda document: document.target)
        if not own:
            raise ConfigurationError(f"{folder} holds no document. Name a folder with files, or leave --documents out.")
        found.extend(own)
    size = sum(document.size for document in found)
    if size > MOST_BYTES:
        raise ConfigurationError(
            f"The documents have {size / 1e6:.0f} MB, and a git repository keeps them for ever: at most "
            f"{MOST_BYTES / 1e6:.0f} MB are copied. Leave them where they are: --data sources=/path/of/the/folder"
        )
    return tuple(found)


def copy_documents(found: Sequence[Found], corpus: Path) -> None:
    """Copy documents into the corpus. Raises ForkError for one that cannot be read or written."""
    for document in found:
        target = corpus / document.target
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(document.file, target)
        except OSError as error:
            raise ForkError(
                f"{document.file} could not be copied to {target}: {error.strerror}. Copy it yourself, then: make demo"
            ) from error


def _files_of(path: Path, below: str) -> Iterator[Found]:
    path = path.expanduser()
    if path.is_file():
        yield Found(path, Path(path.name), path.stat().st_size)
        return
    if not path.is_dir():
        raise ConfigurationError(f"There is no folder {path}. Name an existing folder or file: --documents")
    for folder, folders, files in os.walk(path, onerror=_unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            file = Path(folder, name)
            if not name.startswith(".") and file.is_file() and not file.is_symlink():
                yield Found(file, Path(below) / file.relative_to(path), file.stat().st_size)


def _unreadable(error: OSError) -> None:
    raise ConfigurationError(f"{error.filename} cannot be read: {error.strerror}. Change its rights, or move it away.")
