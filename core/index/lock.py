"""Who holds the embedded index.

Only one process may have a Qdrant Edge shard open. It takes an operating-system lock on `<index>/holder.lock`, which
the system releases when the process ends, however it ends, and says in `<index>/holder.json` who it is. A holder that
is a service gives its address, its domain and a token; any process that can read the file (mode 0600) may hand it work.
A `holder.json` without the lock is stale and means nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from core.disk import PRIVATE, REMOVAL_BYTES, check_free
from core.errors import ConfigurationError, DomainMismatch, IndexLocked


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds the index. `url` and `token` are None for a command that answers no requests."""

    pid: int
    command: str
    since: str
    url: str | None = None
    token: str | None = None
    domain: str | None = None
    """`Domain.identity`; None where the holder does not say."""

    def check_domain(self, own: str, root: Path) -> None:
        """Raise DomainMismatch when the index in `root` is held for another domain than `own`."""
        if self.domain not in (None, own):
            raise DomainMismatch(
                f"The index in {root} is held by a service of the domain '{self.domain}' (process {self.pid}), but "
                f"GROUNDWORK_DOMAIN names '{own}'. Set GROUNDWORK_DATA_DIR to a directory of its own, or set "
                "GROUNDWORK_DOMAIN back."
            )


class IndexLock:
    """A lock on the embedded index, held until `release` or the end of the process."""

    def __init__(self, lock: IO[str], holder: Holder, note: Path) -> None:
        self._lock = lock
        self._note = note
        self.holder = holder

    def release(self) -> None:
        """Release the lock."""
        self._note.unlink(missing_ok=True)
        self._lock.close()

    def __enter__(self) -> IndexLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def lock_index(root: Path, command: str, url: str | None = None, domain: str | None = None) -> IndexLock:
    """Take the lock.

    Raise IndexLocked, which names the process that has it, ConfigurationError for a folder that cannot be written, and
    DiskFull.
    """
    try:
        root.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        # The lock lasts as long as the file object, which IndexLock keeps.
        lock = (root / "holder.lock").open("w", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"The index folder {root} cannot be written: {error.strerror}. "
            "Set GROUNDWORK_DATA_DIR to a folder that can be written."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise IndexLocked(held_by(root, _read_note(root))) from None
    note = root / "holder.json"
    holder = Holder(
        pid=os.getpid(),
        command=command,
        since=time.strftime("%Y-%m-%d %H:%M:%S"),
        url=url,
        token=secrets.token_urlsafe(24) if url else None,
        domain=domain,
    )
    try:
        _write_note(holder, note)
    except OSError as error:
        lock.close()
        check_free(root, 0, REMOVAL_BYTES)
        raise ConfigurationError(
            f"{note} cannot be written: {error.strerror}. Set GROUNDWORK_DATA_DIR to a folder that can be written."
        ) from error
    return IndexLock(lock, holder, note)


def _write_note(holder: Holder, note: Path) -> None:
    aside = note.with_name(f"{note.name}.new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(holder), file)
    os.replace(aside, note)


def find_holder(root: Path) -> Holder | None:
    """Return the holder of the index, or None. Raise IndexLocked when the holder has not written who it is."""
    if not (root / "holder.lock").is_file():
        return None
    with (root / "holder.lock").open("r", encoding="utf-8") as lock:
        try:
            # Shared: two processes that only look must not take each other for the holder.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read_note(root)
            if holder is None:
                raise IndexLocked(held_by(root, None)) from None
            return holder
    return None


def _read_note(root: Path) -> Holder | None:
    try:
        return Holder(**json.loads((root / "holder.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def held_by(root: Path, holder: Holder | None) -> str:
    """Return the message of IndexLocked: the index, its holder and what to do."""
    who = f"process {holder.pid} ({holder.command}, since {holder.since})" if holder else "another process"
    return f"The index in {root} is held by {who}. Wait until it has ended, or stop it, and try again."
