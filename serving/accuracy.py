"""How much accuracy a compressed model keeps: what `compress --check` measures and `plan --accuracy` reads.

    {"format": "groundwork-check-1", "model": "llama-3.1-8b", "scheme": "w8a8",
     "recovered": {"value": 0.991, "low": 0.984, "high": 0.997}}

`recovered` is the share of the original's accuracy that is kept (1: all of it), with its 95% interval; null where the
original predicts too little right to say.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigurationError

FORMAT = "groundwork-check-1"


@dataclass(frozen=True, slots=True)
class Recovered:
    """The share of the original's accuracy, with its 95% interval."""

    value: float
    low: float
    high: float


def read_check(file: Path) -> tuple[tuple[str, str], Recovered]:
    """Return ((model, scheme), recovered). Raises ConfigurationError with the file and the fix."""
    try:
        check = json.loads(file.read_text(encoding="utf-8"))
        if check["format"] != FORMAT:
            raise ValueError(f"format is {check['format']!r}, not {FORMAT!r}")
        if check["recovered"] is None:
            raise ValueError("the original predicts too little right to say what is kept")
        recovered = Recovered(**{name: float(check["recovered"][name]) for name in ("value", "low", "high")})
        return (str(check["model"]), str(check["scheme"])), recovered
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{file} is no check of a compressed model ({type(error).__name__}: {error}). "
            "docs/capacity.md shows its form."
        ) from error
