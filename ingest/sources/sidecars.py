"""Permissions files: `salaries.xlsx.access.toml` belongs to the file beside it (`ingest/permissions.py`)."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path

from core.errors import UnreadablePermissions

SIDECAR = ".access.toml"
"""The ending of a permissions file, behind the whole name of the file that it is about; capitals are the same."""
LONGEST_SIDECAR = 100_000
"""Bytes."""


def is_sidecar(name: str) -> bool:
    """Say whether a file's name is that of a permissions file."""
    return name.lower().endswith(SIDECAR)


def described(sidecar: str) -> str:
    """Return the name of the file that a permissions file is about."""
    return sidecar[: -len(SIDECAR)]


def sidecars_among(names: Collection[str]) -> dict[str, str]:
    """Return the permissions file of each name that has one; of several, the one with an ending in small letters."""
    known = set(names)
    found = [name for name in known if is_sidecar(name) and described(name) in known]
    return {described(name): name for name in sorted(found, key=lambda name: (name.endswith(SIDECAR), name))}


def read_sidecar(path: Path) -> bytes | None:
    """Return the content of the permissions file beside a file; None without one. Raises UnreadablePermissions."""
    try:
        sidecar = _sidecar_of(path)
        if sidecar is None:
            return None
        if not sidecar.is_file() or sidecar.is_symlink() or sidecar.stat().st_size > LONGEST_SIDECAR:
            raise UnreadablePermissions(
                f"its permissions file is a link, no regular file, or has more than {LONGEST_SIDECAR:,} bytes"
            )
        return sidecar.read_bytes()
    except OSError as error:
        raise UnreadablePermissions(f"its permissions file cannot be read: {error.strerror or error}") from error


def _sidecar_of(path: Path) -> Path | None:
    usual = path.with_name(f"{path.name}{SIDECAR}")
    if os.path.lexists(usual):
        return usual
    other = _sidecars_in(path.parent, path.parent.stat().st_mtime_ns).get(path.name)
    return None if other is None else path.with_name(other)


@lru_cache(maxsize=64)
def _sidecars_in(folder: Path, _changed: int) -> Mapping[str, str]:
    """Return the permissions files of a folder, which is listed once for each time at which it was changed."""
    return sidecars_among(os.listdir(folder))
