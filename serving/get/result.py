"""What came out: the model, where it is, and what was done for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from serving.get.catalogue import Offer

State: TypeAlias = Literal["converted", "downloaded", "linked", "there"]


@dataclass(frozen=True, slots=True)
class GetResult:
    """A model that the other commands accept by its name.

    folder      the checkpoint's
    state       what was done; `there`: nothing, it had been got before
    source      where it came from
    licence     as its source states it
    parameters  numbers in all tensors
    bytes       of the weights as stored
    sha256      by file, of what was checked or written
    notes       what its user should know
    seconds     that it took
    """

    name: str
    folder: Path
    state: State
    source: str
    licence: str
    parameters: int
    bytes: int
    sha256: Mapping[str, str]
    notes: tuple[str, ...]
    seconds: float = 0.0


def to_dict(result: GetResult) -> dict[str, Any]:
    """Return the object for `--json`."""
    return asdict(result) | {
        "folder": str(result.folder),
        "seconds": round(result.seconds, 2),
        "notes": list(result.notes),
    }


def offers_to_dict(offers: Sequence[Offer]) -> dict[str, Any]:
    """Return the object for `--list --json`."""
    return {
        "models": [
            {
                "name": offer.name,
                "title": offer.title,
                "licence": offer.licence,
                "download_bytes": offer.wheel_bytes,
                "checkpoint_bytes": offer.checkpoint_bytes,
                "purpose": offer.purpose,
            }
            for offer in offers
        ]
    }
