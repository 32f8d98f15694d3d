"""Where documents come from: a folder, a single file, the uploads, or a reader (`ingest/readers.py`).

A source lists its items; each item has the id of its document and can be read. Hidden files and folders (a leading
dot) are left out, and so are permissions files, which belong to the file beside them; one without such a file fails.
What a domain excludes from its folders is left out as well.
Links out of the folder, links to folders, pipes and devices are not opened, and are reported.

Not covered: URL lists; a link to a folder inside the source, whose files are listed where they are.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from core.errors import (
    ConfigurationError,
    DocumentError,
    SourceUnavailable,
    UnreadablePermissions,
    UnsupportedDocument,
)
from ingest.parse import is_supported, read_file, unsupported
from ingest.patterns import id_pattern

UPLOADS = "uploads"
SIDECAR = ".access.toml"
"""The ending of a permissions file, behind the whole name of the file that it is about: `salaries.xlsx.access.toml`."""
_LONGEST_SIDECAR = 100_000
_DOMAIN_SOURCE = re.compile(r"[^/:]+:[^/]+")
_LONGEST_PATH = 300
"""Characters of a path that a message repeats, where the path itself may be too long."""


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document as its source gives it, before it is parsed.

    The ending of `file_name` decides how `content` is parsed. `title` and `url` are what the source knows about the
    document; None where it knows nothing. Who may read it: `sidecar` is the content of the permissions file beside a
    file, `groups` what a reader says, as it says it (`ingest/permissions.py`).
    """

    content: bytes
    file_name: str
    title: str | None = None
    url: str | None = None
    sidecar: bytes | None = None
    groups: Any = None

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

    @property
    def keeps_last(self) -> bool:
        """Whether a run keeps the documents where all of them have vanished: the disk may not be mounted."""
        ...

    def items(self) -> Sequence[SourceItem]:
        """Return the items, ordered by id; ids are unique.

        Raises SourceUnavailable when the documents cannot be listed now (the run goes on without this source), and
        ConfigurationError when the source is set up wrongly (the run ends before it changes anything).
        """
        ...

    def lists(self, document_id: str, /) -> bool:
        """Whether `items` would contain a document of this source with this id: where it does not, it has vanished."""
        ...

    def item(self, document_id: str, /) -> SourceItem | None:
        """Return the item of a document of this source that `items` did not list; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder, or a single file. `prefix` is put before the ids of its documents.

    `part` restricts a run to a folder or file below the root, as a relative path with slashes: the documents elsewhere
    in the folder are neither read nor removed. The ids are the same with and without it.

    `exclude` are patterns of ids (`ingest/patterns.py`) whose files are no items of the source.
    """

    name: str
    root: Path
    prefix: str = ""
    part: str = ""
    exclude: tuple[str, ...] = ()

    @property
    def keeps_last(self) -> bool:
        """See Source."""
        return True

    def items(self) -> list[FileItem]:
        """Return the files, ordered by id. Raises SourceUnavailable and ConfigurationError; see Source."""
        if not self.root.exists():
            raise SourceUnavailable(f"{self.root} does not exist; mount its disk, or move it back")
        if self.root.is_file():
            return [] if self._excludes(self.root.name) else [self._item(self.root, self.root.name)]
        begin = self.root / self.part
        files = [begin] if begin.is_file() else [*_visible_files(begin)]
        root = self.root.resolve()
        names = set(files)
        relative_paths = (
            (path, path.relative_to(self.root).as_posix())
            for path in files
            if not path.name.endswith(SIDECAR) or _described(path) not in names
        )
        found = (self._item(path, relative, root) for path, relative in relative_paths if not self._excludes(relative))
        return sorted(found, key=lambda item: item.document_id)

    def lists(self, document_id: str, /) -> bool:
        """See Source."""
        below = self.prefix + self.part
        return not self.part or document_id == below or document_id.startswith(f"{below}/")

    def item(self, document_id: str, /) -> FileItem | None:
        """See Source."""
        relative = document_id.removeprefix(self.prefix)
        if self._excludes(relative):
            return None
        if self.root.is_file():
            return self._item(self.root, relative) if relative == self.root.name else None
        path = self.root / relative
        return self._item(path, relative, self.root.resolve()) if path.is_file() else None

    def path_of(self, document_id: str) -> Path | None:
        """Return the file of a document of this source; None where there is none that `items` would list.

        The id may come from an index that somebody else wrote: a path that leads out of the folder, through a link or
        dots, is none.
        """
        root = Path(os.path.realpath(self.root))
        parts = PurePosixPath(document_id.removeprefix(self.prefix)).parts
        if not document_id.startswith(self.prefix) or any(part[0] in "./" or "\0" in part for part in parts):
            return None
        item = self.item(document_id)
        if item is None or item.problem:
            return None
        real = Path(os.path.realpath(item.path))
        return real if real == root or real.is_relative_to(root) else None

    def _excludes(self, relative: str) -> bool:
        return any(id_pattern(path).fullmatch(self.prefix + relative) for path in self.exclude)

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
class UploadedFiles:
    """Some of the uploads: those of one request. The others are neither read nor removed.

    `files` are ids, each with the path at which the content is kept: that of the document in `folder`, or another one
    for a new version that has not been read yet.
    """

    folder: Path
    files: tuple[tuple[str, Path], ...]

    @property
    def name(self) -> str:
        """See Source."""
        return UPLOADS

    @property
    def keeps_last(self) -> bool:
        """See Source."""
        return False

    def items(self) -> list[FileItem]:
        """Return the files that have not been deleted since, ordered by id."""
        found = [
            FileItem(path, document_id, kept_as=self.folder / document_id.removeprefix(f"{UPLOADS}/"))
            for document_id, path in self.files
            if path.is_file()
        ]
        return sorted(found, key=lambda item: item.document_id)

    def lists(self, _: str, /) -> bool:
        """See Source. A document is removed by deleting it, not by a run that does not find its file."""
        return False

    def item(self, document_id: str, /) -> FileItem | None:
        """See Source."""
        return uploads_source(self.folder).item(document_id)


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
                f"it says who may read a document of the name '{_described(self.path).name}', and there is none beside "
                f"it. The ending of its name is {SIDECAR}"
            )
        if not is_supported(self.path.name):
            raise unsupported(self.path.name)
        sidecar = _read_sidecar(self.kept_as or self.path)
        return RawDocument(read_file(self.path), self.path.name, sidecar=sidecar)


def sources_from_paths(paths: Sequence[Path]) -> list[FolderSource]:
    """Return one source for each path. With several, ids begin with the name of the folder.

    Raises ConfigurationError for a path that does not exist or is neither a file nor a folder, for two paths with the
    same name, and for a path inside another one.
    """
    roots = [absolute(path) for path in paths]
    for root in roots:
        _check_root(root)
    names = [root.name for root in roots]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise ConfigurationError(
            f"Two of the folders are named '{repeated.pop()}', so their documents would have the same ids. "
            "Rename one, or ingest the folder above them."
        )
    for root in roots:
        above = next((other for other in roots if other != root and is_listed_below(root, other)), None)
        if above is not None:
            raise ConfigurationError(f"{root} is in {above}, which is read as a whole. Name {above} alone.")
    several = len(roots) > 1
    return [FolderSource(str(root), root, f"{root.name}/" if several and root.is_dir() else "") for root in roots]


def absolute(path: Path) -> Path:
    """Return the path from the root of the file system. Links are followed only where the path has `..` in it."""
    expanded = path.expanduser().absolute()
    return Path(os.path.realpath(expanded)) if ".." in expanded.parts else expanded


def source_name(argument: str) -> str:
    """Return what an argument of the command line names: `uploads`, the `domain:name` of domain.toml, or a path."""
    is_name = argument == UPLOADS or _DOMAIN_SOURCE.fullmatch(argument) is not None
    return argument if is_name else str(absolute(Path(argument)))


def is_listed_below(path: Path, folder: Path) -> bool:
    """Whether a source of `folder` lists the file or folder `path`: it is below, and no folder between is hidden."""
    inner, outer = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    if inner == outer or not inner.is_relative_to(outer) or not outer.is_dir():
        return False
    return not any(part.startswith(".") for part in inner.relative_to(outer).parts)


def forget_command(source: str) -> str:
    """Return the command that removes the documents of the source with this name."""
    return f"groundwork ingest --forget {shlex.quote(source)}"


def uploads_source(folder: Path) -> FolderSource:
    """Return the source of the documents that were uploaded over HTTP."""
    return FolderSource(UPLOADS, folder, f"{UPLOADS}/")


def _check_root(root: Path) -> None:
    """Raise ConfigurationError for a path that no source can read."""
    try:
        exists, readable = root.exists(), root.is_file() or root.is_dir()
    except OSError as error:
        raise ConfigurationError(f"{_shortened(root)} cannot be read: {error.strerror or error}.") from error
    if not exists:
        raise ConfigurationError(
            f"There is no file or folder {root}. Name one that exists. If it was read before and is gone for good, "
            f"remove its documents: {forget_command(str(root))}"
        )
    if not readable:
        raise ConfigurationError(f"{root} is neither a file nor a folder. Name a file or a folder.")


def _shortened(path: Path) -> str:
    text = str(path)
    return text if len(text) <= _LONGEST_PATH else f"{text[:_LONGEST_PATH]}…"


def is_sidecar(name: str) -> bool:
    """Say whether a file's name is that of a permissions file."""
    return name.lower().endswith(SIDECAR)


def _described(sidecar: Path) -> Path:
    """Return the file that a permissions file is about."""
    return sidecar.with_name(sidecar.name[: -len(SIDECAR)])


def _read_sidecar(path: Path) -> bytes | None:
    """Return the content of the permissions file beside a file; None without one. Raises UnreadablePermissions."""
    sidecar = path.with_name(f"{path.name}{SIDECAR}")
    try:
        if not os.path.lexists(sidecar):
            return None
        if not sidecar.is_file() or sidecar.is_symlink() or sidecar.stat().st_size > _LONGEST_SIDECAR:
            raise UnreadablePermissions(
                f"its permissions file is a link, no regular file, or has more than {_LONGEST_SIDECAR:,} bytes"
            )
        return sidecar.read_bytes()
    except OSError as error:
        raise UnreadablePermissions(f"its permissions file cannot be read: {error.strerror or error}") from error


def _visible_files(folder: Path) -> Iterator[Path]:
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
            f"The folder {_shortened(folder)} cannot be read: {error.strerror or error}. Give yourself the permission "
            "to read it, or move it out of the source."
        ) from error


def _problem(path: Path, root: Path | None) -> str | None:
    """Return why the file must not be opened, or None: a pipe would block for ever, and a link may lead anywhere."""
    if path.is_symlink() and root is not None:
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(root):
            return f"it is a link out of the folder, to {target}"
        if not target.is_file():
            return "it is a link to something that is no file"
    return None if path.is_file() else "it is no regular file"
