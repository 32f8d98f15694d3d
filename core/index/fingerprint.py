"""What an index was made with. Vectors of two embedders in one index would be compared as if they were one's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from core.errors import FingerprintMismatch


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The versions of every stage that decides what the points look like."""

    parser: str
    chunker: str
    embedder: str
    dimension: int
    sparse: str

    def to_payload(self) -> dict[str, str | int]:
        """As it is stored in the index."""
        return asdict(self)

    def check(self, stored: Mapping[str, object], place: str) -> None:
        """Raise FingerprintMismatch when the index in `place` was made with anything else."""
        differences = [
            f"{name} {stored.get(name)!r} (now {value!r})"
            for name, value in asdict(self).items()
            if stored.get(name) != value
        ]
        if differences:
            raise FingerprintMismatch(
                f"The index in {place} was made with {', '.join(differences)}. Rebuild it with: "
                "groundwork ingest --rebuild (it goes on answering until the new one is complete), "
                "or set the configuration back."
            )
