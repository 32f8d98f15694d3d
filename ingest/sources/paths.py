"""Paths of sources, as they are typed and as they are compared."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

UPLOADS = "uploads"
_DOMAIN_SOURCE = re.compile(r"[^/:]+:[^/]+")
_LONGEST_PATH = 300
"""Characters of a path that a message repeats, where the path itself may be too long."""


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


def shortened(path: Path) -> str:
    """Return a path as a message repeats it."""
    text = str(path)
    return text if len(text) <= _LONGEST_PATH else f"{text[:_LONGEST_PATH]}…"
