"""Write a file as a whole: a reader sees the one before or the new one, also after a crash."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

PRIVATE_FILE = 0o600
"""The mode of a new file for its user alone."""
SHARED_FILE = 0o644
"""The mode of a new file that every user may read, as far as they get into its folder."""


def replace_text(file: Path, text: str, mode: int = PRIVATE_FILE) -> None:
    """Write a text to a file in UTF-8, in place of what it had; its folder is made. Raises OSError.

    A file that exists keeps its mode; a new one gets `mode`. Two writers do not disturb each other: the last one wins.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".new")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        os.chmod(part, file.stat().st_mode & 0o777 if file.exists() else mode)
        os.replace(part, file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
