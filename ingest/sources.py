"""Where documents come from: folders and single files.

Hidden files and folders (a leading dot) are left out, as are links that lead out of the folder; the latter are
reported. Not covered yet: URL lists and LlamaHub readers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.domain import Domain
from core.errors import ConfigurationError

UPLOADS = "uploads"


@dataclass(frozen=True, slots=True)
class Source:
    """A folder (or one file) whose documents belong together: a run removes what vanished from it.

    `name` identifies the source in the index; `prefix` stands before the ids of its documents.
    """

    name: str
    root: Path
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file and the id its document has; `problem` says why it cannot even be looked at."""

    path: Path
    document_id: str
    problem: str | None = None


def sources_from_paths(paths: Sequence[Path]) -> list[Source]:
    """One source a path. With several, ids begin with the name of the folder or file.

    Raises ConfigurationError for a path that does not exist, and for two with the same name.
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
    return [Source(str(root), root, f"{root.name}/" if several and root.is_dir() else "") for root in roots]


def sources_of_domain(domain: Domain) -> list[Source]:
    """The sources that domain.toml names. Raises ConfigurationError when it names none, or one that is missing."""
    if not domain.sources:
        raise ConfigurationError(
            f"{domain.folder / 'domain.toml'} names no sources. Name the folders to read: groundwork ingest FOLDER, "
            'or write them there: sources = ["corpus"]'
        )
    return [
        Source(f"{domain.name}:{source.root.name}", source.root, source.prefix)
        for source in sources_from_paths(domain.sources)
    ]


def uploads_source(folder: Path) -> Source:
    """The documents that came in over HTTP."""
    return Source(UPLOADS, folder, f"{UPLOADS}/")


def list_files(source: Source) -> list[SourceFile]:
    """The files of a source, ordered by id."""
    if source.root.is_file():
        return [_source_file(source, source.root, source.root.name)]
    root = source.root.resolve()
    return sorted(
        (
            _source_file(source, path, path.relative_to(source.root).as_posix(), root)
            for path in _visible_files(source.root)
        ),
        key=lambda file: file.document_id,
    )


def _visible_files(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as found:
            entries = [(Path(entry), entry.is_dir(follow_symlinks=False)) for entry in found]
    except OSError as error:
        # To go on without it would remove its documents as vanished.
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


def _source_file(source: Source, path: Path, relative: str, root: Path | None = None) -> SourceFile:
    try:
        relative.encode()
    except UnicodeEncodeError:
        readable = relative.encode(errors="surrogateescape").decode(errors="replace")
        return SourceFile(path, source.prefix + readable, "its name is not valid UTF-8; rename it")
    try:
        problem = _problem(path, root)
    except OSError:
        # Reading it will say why.
        problem = None
    return SourceFile(path, source.prefix + relative, problem)


def _problem(path: Path, root: Path | None) -> str | None:
    """Why the file must not be opened: a pipe would block for ever, and a link may lead anywhere."""
    if path.is_symlink() and root is not None:
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(root):
            return f"it is a link out of the folder, to {target}"
        if not target.is_file():
            return "it is a link to something that is no file"
    return None if path.is_file() else "it is no regular file"
