"""Write a file as a whole: a reader sees the one before or the new one, also after a crash."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_text(file: Path, text: str) -> None:
    """Write a text to a file in UTF-8, in place of what it had; its folder is made. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        if file.exists():
            os.chmod(part, file.stat().st_mode & 0o777)
        os.replace(part, file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
