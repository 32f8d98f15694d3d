"""What a command does to the database itself, in the audit log."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.database import Database


def record_act(database: Database, action: str, target: str, now: datetime) -> None:
    """Record an act of the person at this machine."""
    from app.access.acts import record
    from app.access.audit import Act

    record(database, Act(now, "local", "local", _person(), "", action, target, 0))


def _person() -> str | None:
    """Return the name of the person at this machine; None for a user of the system without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
