"""Read the bytes of a file, with a limit."""

from __future__ import annotations

from pathlib import Path

from core.errors import DocumentError

MAX_BYTES = 100_000_000


def read_file(path: Path) -> bytes:
    """Return the bytes of a file. Raise DocumentError when it is empty, too large or not readable."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(f"it has {size:,} bytes, more than the limit of {MAX_BYTES:,}; split it")
        content = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"it cannot be read: {error.strerror or error}") from error
    if not content:
        raise DocumentError("it is empty")
    return content
