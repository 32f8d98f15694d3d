"""Permissions files: `salaries.xlsx.access.toml` belongs to the file beside it (`ingest/permissions.py`)."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import UnreadablePermissions

SIDECAR = ".access.toml"
"""The ending of a permissions file, behind the whole name of the file that it is about."""
LONGEST_SIDECAR = 100_000
"""Bytes."""


def is_sidecar(name: str) -> bool:
    """Say whether a file's name is that of a permissions file."""
    return name.lower().endswith(SIDECAR)


def described(sidecar: Path) -> Path:
    """Return the file that a permissions file is about."""
    return sidecar.with_name(sidecar.name[: -len(SIDECAR)])


def read_sidecar(path: Path) -> bytes | None:
    """Return the content of the permissions file beside a file; None without one. Raises UnreadablePermissions."""
    sidecar = path.with_name(f"{path.name}{SIDECAR}")
    try:
        if not os.path.lexists(sidecar):
            return None
        if not sidecar.is_file() or sidecar.is_symlink() or sidecar.stat().st_size > LONGEST_SIDECAR:
            raise UnreadablePermissions(
                f"its permissions file is a link, no regular file, or has more than {LONGEST_SIDECAR:,} bytes"
            )
        return sidecar.read_bytes()
    except OSError as error:
        raise UnreadablePermissions(f"its permissions file cannot be read: {error.strerror or error}") from error
