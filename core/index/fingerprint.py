"""What an index was made with. Vectors of two embedders must not meet in one index: they cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from core.errors import FingerprintMismatch


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The versions of all stages on which the points depend."""

    parser: str
    chunker: str
    embedder: str
    dimension: int
    sparse: str

    def to_payload(self) -> dict[str, str | int]:
        """Return the fingerprint as it is stored in the index."""
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
                "groundwork ingest --rebuild (the old index answers until the new one is complete), "
                "or set the configuration back."
            )
