"""Folders that are costly to make and that parallel test workers share."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Callable
from pathlib import Path


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return `folder`, filled by `make` in the first process that asks for it; the others wait.

    `make` gets a new folder beside it, which gets the name of `folder` when it is complete: after an error the next
    process tries again, with another new folder.
    """
    with folder.with_name(f"{folder.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}.partial-", dir=folder.parent))
            make(partial)
            partial.rename(folder)
    return folder
