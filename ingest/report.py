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
class LeftOut:
    """A part of a file that is not in its document. `what` is a phrase: "2 comments"."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Counts are documents, except `chunks`, the chunks that this run wrote, and `reused`.

    reused     the chunks among them whose vectors were those of an equal text, in the index or in this run
    left_out   parts of created and updated documents that were not read; unchanged ones are not repeated
    forgotten  the names of the sources that were removed with all of their documents
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    chunks: int = 0
    reused: int = 0
    failed: tuple[Unread, ...] = ()
    skipped: tuple[Unread, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    forgotten: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """Return 0: done; 1: nothing could be read; 3: done, but files of a supported kind failed."""
        if not (self.created or self.updated or self.unchanged or self.deleted or self.forgotten):
            return 1
        return 3 if self.failed else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `ingest --json` prints."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> IngestReport:
        """Return the report of such an object: the inverse of `to_dict`."""
        rows = {key: tuple(Unread(**row) for row in values[key]) for key in ("failed", "skipped")}
        left_out = tuple(LeftOut(**row) for row in values["left_out"])
        return cls(**{**values, **rows, "left_out": left_out, "forgotten": tuple(values["forgotten"])})
