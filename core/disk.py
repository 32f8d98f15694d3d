"""Whether a disk has space for what is about to be written, and who may read it.

The embedded index writes through mapped memory: on a full disk the system ends the process (SIGBUS) instead of
reporting an error. So the space is checked before each write.
"""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from core.errors import DiskFull

PRIVATE = 0o700
"""The mode of a new folder with what documents say: only its user gets in, whatever the modes of its files. A folder
that exists keeps its mode."""
RESERVE_BYTES = 200_000_000
"""Stay free beside every write. Chosen: the index allocates its log in pieces of 32 MB, and other programs write
meanwhile."""
REMOVAL_BYTES = 80_000_000
"""Have to be free for a removal, which is how space is made: two pieces of the log."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


_MOVE = "move the data directory to a larger disk (GROUNDWORK_DATA_DIR)"


def check_free(folder: Path, needed: int, reserve: int = RESERVE_BYTES, otherwise: str = _MOVE) -> None:
    """Raise DiskFull unless the disk of `folder` has `needed` bytes and the reserve.

    `otherwise` is what to do where no space can be freed, as the message says it.
    """
    free = shutil.disk_usage(folder).free
    required = needed + reserve
    if free < required:
        raise DiskFull(
            f"The disk of {folder} is full: {_megabytes(free)} are free, and {_megabytes(required)} are needed. Free "
            f"some space, or {otherwise}, and try again. What was written before stays."
        )


def disk_full(error: OSError) -> DiskFull | None:
    """Return the error for a write that failed because the disk is full; None for another cause."""
    if error.errno not in _FULL:
        return None
    place = error.filename or "the data directory or of the folder for temporary files"
    return DiskFull(
        f"The disk of {place} is full: {error.strerror}. Free some space and try again. What was written before stays."
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
