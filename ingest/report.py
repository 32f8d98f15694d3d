"""The report of an ingestion run, with every file that was not read and the reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that failed or was skipped. `reason` completes the sentence "the file was not read: …"."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Counts are documents, except `chunks`: the chunks that this run embedded and wrote."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    chunks: int = 0
    failed: tuple[Unread, ...] = ()
    skipped: tuple[Unread, ...] = ()
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """Return 0: done; 1: nothing could be read; 3: done, but files of a supported kind failed."""
        if self.created + self.updated + self.unchanged == 0 and self.deleted == 0:
            return 1
        return 3 if self.failed else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `ingest --json` prints."""
        return {**asdict(self), "failed": _rows(self.failed), "skipped": _rows(self.skipped)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> IngestReport:
        """Return the report of such an object: the inverse of `to_dict`."""
        unread = {key: tuple(Unread(**row) for row in values[key]) for key in ("failed", "skipped")}
        return cls(**{**values, **unread})


def _rows(unread: tuple[Unread, ...]) -> list[dict[str, str]]:
    return [asdict(row) for row in unread]
