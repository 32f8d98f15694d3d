"""What an index was made with, and for which domain.

Vectors of two embedders must not be in one index: they cannot be compared. An index of another domain would answer
with that domain's documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from core.errors import DomainMismatch, FingerprintMismatch
from core.index.points import SCHEMA

ADOPTED = "the index in %s had no record of its domain; from now on it belongs to '%s'"
"""What is logged when an index takes the domain that opens it: the place, the domain."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The versions of all stages and of the payloads on which the points depend, and `Domain.identity`."""

    parser: str
    chunker: str
    embedder: str
    dimension: int
    sparse: str
    sentences: str
    domain: str
    schema: str = SCHEMA

    def to_payload(self) -> dict[str, str | int]:
        """Return the fingerprint as it is stored in the index."""
        return asdict(self)

    def check(self, stored: Mapping[str, object], place: str, separate: str) -> None:
        """Compare with what the index in `place` recorded.

        `separate` says how another domain gets an index of its own there, for the message. Raises DomainMismatch for an
        index of another domain, and FingerprintMismatch for one that was made with anything else. An index from before
        domains were recorded has none, and is accepted.
        """
        domain = stored.get("domain", self.domain)
        if domain != self.domain:
            raise DomainMismatch(
                f"The index in {place} was made for the domain '{domain}', but GROUNDWORK_DOMAIN names "
                f"'{self.domain}'. {separate}, set GROUNDWORK_DOMAIN back, or replace the index with: "
                "groundwork ingest --rebuild"
            )
        differences = [
            f"{name} {stored.get(name)!r} (now {value!r})"
            for name, value in asdict(self).items()
            if name != "domain" and stored.get(name) != value
        ]
        if differences:
            raise FingerprintMismatch(
                f"The index in {place} was made with {', '.join(differences)}. Rebuild it with: "
                f"groundwork ingest --rebuild{self._or_else(stored)}"
            )

    def _or_else(self, stored: Mapping[str, object]) -> str:
        """Return what can be done in place of a rebuild, for the message: no setting brings an earlier schema back."""
        if stored.get("schema") == self.schema:
            return " (or set the configuration back)"
        return " (another version of Groundwork made it)"


def records_domain(stored: Mapping[str, object]) -> bool:
    """Whether an index recorded its domain; those from before domains were recorded did not."""
    return "domain" in stored
