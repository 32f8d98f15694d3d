"""Read the bytes of a file, with a limit."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from core.errors import DocumentError

MAX_BYTES = 100_000_000


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    Raise DocumentError when it is empty, too large, no regular file or not readable, and when it changes while it is
    read: its text would be cut anywhere.
    """
    try:
        # Without O_NONBLOCK, a pipe that has taken the file's place would block until somebody writes to it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise DocumentError("it is no regular file")
            if before.st_size > MAX_BYTES:
                raise DocumentError(f"it has {before.st_size:,} bytes, more than the limit of {MAX_BYTES:,}; split it")
            content = file.read(MAX_BYTES + 1)
            after = os.fstat(descriptor)
    except OSError as error:
        raise DocumentError(f"it cannot be read: {error.strerror or error}") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        raise DocumentError("it changed while it was read; ingest again when it is complete")
    if not content:
        raise DocumentError("it is empty")
    return content
