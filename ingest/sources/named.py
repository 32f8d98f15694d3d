"""The sources of paths that were named on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import ConfigurationError
from ingest.sources.folder import FolderSource
from ingest.sources.paths import absolute, forget_command, is_listed_below, shortened


def sources_from_paths(paths: Sequence[Path]) -> list[FolderSource]:
    """Return one source for each path. With several, ids begin with the name of the folder.

    A path inside another one is read with that. Raises ConfigurationError for a path that does not exist or is neither
    a file nor a folder, and for two paths with the same name.
    """
    named = [absolute(path) for path in paths]
    for root in named:
        _check_root(root)
    roots = [root for root in named if _around(root, named) is None]
    names = [root.name for root in roots]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise ConfigurationError(
            f"Two of the folders are named '{repeated.pop()}', so their documents would have the same ids. "
            "Rename one, or ingest the folder above them."
        )
    several = len(roots) > 1
    return [FolderSource(str(root), root, f"{root.name}/" if several and root.is_dir() else "") for root in roots]


def check_apart(paths: Sequence[Path]) -> None:
    """Raise ConfigurationError for a path inside another one."""
    roots = [absolute(path) for path in paths]
    for root in roots:
        above = _around(root, roots)
        if above is not None:
            raise ConfigurationError(f"{root} is in {above}, which is read as a whole. Name {above} alone.")


def _around(root: Path, roots: Sequence[Path]) -> Path | None:
    return next((other for other in roots if other != root and is_listed_below(root, other)), None)


def _check_root(root: Path) -> None:
    """Raise ConfigurationError for a path that no source can read."""
    try:
        exists, readable = root.exists(), root.is_file() or root.is_dir()
    except OSError as error:
        raise ConfigurationError(f"{shortened(root)} cannot be read: {error.strerror or error}.") from error
    if not exists:
        raise ConfigurationError(
            f"There is no file or folder {root}. Name one that exists. If it was read before and is gone for good, "
            f"remove its documents: {forget_command(str(root))}"
        )
    if not readable:
        raise ConfigurationError(f"{root} is neither a file nor a folder. Name a file or a folder.")
