"""What is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from core.errors import ConfigurationError
from serving.distill.knowledge import Knowledge

Method: TypeAlias = Literal["full", "lora"]
_PARTS = re.compile(r"(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What to train, on what, and for how long.

    model           the folder of a checkpoint
    data            a file of training examples
    out             the new folder
    method          None: all weights of a small model that fits into the memory, adapters of another one
    merge           with adapters: add them into the weights of a whole checkpoint
    budget_seconds  for everything, over all runs of a training that was killed; None for no limit
    epochs          the most
    batch_examples  examples of a step
    row_tokens      tokens that are computed at once; a longer example is computed alone
    max_tokens      of an example; a longer one is left out
    learning_rate   the highest; None: by method and size
    evaluations     the most, evenly over the steps; 0 for none
    checkpoints     a folder for the weights of each evaluation, as `checkpoint-STEP`; None to keep the best ones only
    patience        evaluations without any improvement after which the training ends
    knowledge       what is learned from a teacher beside the examples' own answers; None without one
    """

    model: Path
    data: Path
    out: Path
    method: Method | None = None
    merge: bool = False
    budget_seconds: float | None = None
    epochs: float = 3.0
    batch_examples: int = 8
    row_tokens: int = 2048
    max_tokens: int = 2048
    max_answer_tokens: int = 160
    learning_rate: float | None = None
    lora_rank: int = 16
    evaluations: int = 8
    evaluation_prompts: int = 24
    patience: int = 3
    save_seconds: float = 300.0
    checkpoints: Path | None = None
    seed: int = 0
    knowledge: Knowledge | None = None


def parse_budget(text: str) -> float | None:
    """Return the seconds of a duration as `parse_duration` reads it; None for `none`. Raises ConfigurationError."""
    return None if text.strip() == "none" else parse_duration(text)


def parse_duration(text: str) -> float:
    """Return the seconds of a duration as in `60m`, `1h30m` or `90s`. Raises ConfigurationError, also for no time."""
    found = _PARTS.fullmatch(text.strip())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    total = 3600 * hours + 60 * minutes + seconds
    if not total:
        raise ConfigurationError(f"--budget is '{text}'; it must be a duration as in 60m, 1h30m or 90s.")
    return float(total)
