"""Where documents come from: a folder, a single file, the uploads, or a reader (`ingest/readers.py`).

A source lists its items; each item has the id of its document and can be read. Hidden files and folders (a leading
dot) are left out, as are links that lead out of the folder; the latter are reported. Not covered yet: URL lists.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import ConfigurationError, UnsupportedDocument
from ingest.parse import is_supported, read_file, unsupported

UPLOADS = "uploads"


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document as its source gives it, before it is parsed.

    The ending of `file_name` decides how `content` is parsed. `title` and `url` are what the source knows about the
    document; None where it knows nothing.
    """

    content: bytes
    file_name: str
    title: str | None = None
    url: str | None = None

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 of everything that is embedded: the content, and the title where the source gives one."""
        title = f"{self.title}\0".encode() if self.title else b""
        return hashlib.sha256(title + self.content).hexdigest()


class SourceItem(Protocol):
    """One document of a source, not read yet."""

    @property
    def document_id(self) -> str:
        """Return the id that the document has in the index."""
        ...

    def read(self) -> RawDocument:
        """Return the document. Raises DocumentError when it cannot be read, UnsupportedDocument when it is skipped."""
        ...


class Source(Protocol):
    """Documents that belong together: a run removes from the index what a source no longer lists."""

    @property
    def name(self) -> str:
        """Return what identifies the source in the index."""
        ...

    def items(self) -> Sequence[SourceItem]:
        """Return the items, ordered by id; ids are unique.

        Raises SourceUnavailable when the documents cannot be listed now (the run goes on without this source), and
        ConfigurationError when the source is set up wrongly (the run ends before it changes anything).
        """
        ...


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder, or a single file. `prefix` is put before the ids of its documents."""

    name: str
    root: Path
    prefix: str = ""

    def items(self) -> list[FileItem]:
        """Return the files, ordered by id. Raises ConfigurationError for a folder that cannot be read."""
        if self.root.is_file():
            return [self._item(self.root, self.root.name)]
        root = self.root.resolve()
        files = _visible_files(self.root)
        found = (self._item(path, path.relative_to(self.root).as_posix(), root) for path in files)
        return sorted(found, key=lambda item: item.document_id)

    def _item(self, path: Path, relative: str, root: Path | None = None) -> FileItem:
        try:
            relative.encode()
        except UnicodeEncodeError:
            readable = relative.encode(errors="surrogateescape").decode(errors="replace")
            return FileItem(path, self.prefix + readable, "its name is not valid UTF-8; rename it")
        try:
            problem = _problem(path, root)
        except OSError:
            # Reading the file reports the reason.
            problem = None
        return FileItem(path, self.prefix + relative, problem)


@dataclass(frozen=True, slots=True)
class FileItem:
    """A file and the id of its document; `problem` says why the file must not be opened."""

    path: Path
    document_id: str
    problem: str | None = None

    def read(self) -> RawDocument:
        """Return the file's bytes. Raises UnsupportedDocument for a kind of file that no parser reads."""
        if self.problem:
            raise UnsupportedDocument(self.problem)
        if not is_supported(self.path.name):
            raise unsupported(self.path.name)
        return RawDocument(read_file(self.path), self.path.name)


def sources_from_paths(paths: Sequence[Path]) -> list[FolderSource]:
    """Return one source for each path. With several, ids begin with the name of the folder.

    Raises ConfigurationError for a path that does not exist, and for two paths with the same name.
    """
    roots = [path.expanduser().absolute() for path in paths]
    for root in roots:
        if not root.exists():
            raise ConfigurationError(f"There is no file or folder {root}. Name one that exists.")
    names = [root.name for root in roots]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise ConfigurationError(
            f"Two of the folders are named '{repeated.pop()}', so their documents would have the same ids. "
            "Rename one, or ingest the folder above them."
        )
    several = len(roots) > 1
    return [FolderSource(str(root), root, f"{root.name}/" if several and root.is_dir() else "") for root in roots]


def uploads_source(folder: Path) -> FolderSource:
    """Return the source of the documents that were uploaded over HTTP."""
    return FolderSource(UPLOADS, folder, f"{UPLOADS}/")


def _visible_files(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as found:
            entries = [(Path(entry), entry.is_dir(follow_symlinks=False)) for entry in found]
    except OSError as error:
        # Going on without the folder would remove its documents as vanished.
        raise ConfigurationError(
            f"The folder {folder} cannot be read: {error.strerror or error}. Give yourself the permission to read it, "
            "or move it out of the source."
        ) from error
    for path, is_folder in entries:
        if path.name.startswith("."):
            continue
        if is_folder:
            yield from _visible_files(path)
        else:
            yield path


def _problem(path: Path, root: Path | None) -> str | None:
    """Return why the file must not be opened, or None: a pipe would block for ever, and a link may lead anywhere."""
    if path.is_symlink() and root is not None:
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(root):
            return f"it is a link out of the folder, to {target}"
        if not target.is_file():
            return "it is a link to something that is no file"
    return None if path.is_file() else "it is no regular file"
