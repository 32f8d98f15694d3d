"""What is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serving.compress.methods import CompressionScheme
from serving.compress.target import Target


@dataclass(frozen=True, slots=True)
class CompressionRequest:
    """What to compress, and with what.

    model           the folder of a checkpoint
    out             the new folder
    prompts         a file to calibrate on; None for a scheme that needs no data
    samples         prompts to calibrate on, at most
    max_tokens      of a prompt; a longer one loses its beginning
    general         a text file, of which `general_share` of the samples are made
    """

    model: str
    out: Path
    scheme: CompressionScheme
    target: Target
    prompts: Path | None = None
    samples: int = 256
    max_tokens: int = 4096
    general: Path | None = None
    general_share: float = 0.0
