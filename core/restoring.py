"""Whether a restore of a data directory was interrupted while it replaced what was there.

A restore prepares everything aside and then switches index, database and files, one after the other. For that moment a
file in the data directory says so. Where it is still there, parts of two states lie side by side, and nothing may use
them before the restore is done again.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import BackupFault

STAGING = "restoring"
"""The folder in the data directory in which a restore prepares."""
UNFINISHED = "restore-unfinished"
"""The file that is there while it switches. It has the path of the backup."""


def check_restored(data_dir: Path) -> None:
    """Raise BackupFault for a data directory whose restore was interrupted while it switched."""
    note = data_dir / UNFINISHED
    if note.exists():
        raise BackupFault(
            f"A restore into {data_dir} was interrupted while it replaced what was there. Restore again: "
            f"groundwork restore {note.read_text(encoding='utf-8', errors='replace').strip()}"
        )
