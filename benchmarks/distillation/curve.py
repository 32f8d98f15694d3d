"""The checkpoints of a training as folders that vLLM can serve: their weights with the other files of the base."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.distillation.systems import System
from core.errors import ConfigurationError
from serving.checkpoint.read import read_checkpoint
from serving.get.folders import RECORD, sized_name

_STEP = re.compile(r"checkpoint-(\d+)")
_WEIGHTS = "model*.safetensors*"


def checkpoints(training: Path, base: Path, into: Path) -> list[System]:
    """Return the checkpoints of a training as systems, the earliest first; their folders of links are made in `into`.

    Raises ConfigurationError where the training kept none.
    """
    found = sorted(
        (int(match[1]), folder)
        for folder in training.iterdir()
        if (match := _STEP.fullmatch(folder.name)) and any(folder.glob(_WEIGHTS))
    )
    if not found:
        raise ConfigurationError(f"{training} has no folder checkpoint-N with weights. Name the folder of a training.")
    parameters = read_checkpoint(base).parameters
    return [
        System(f"step-{step}", _linked(folder, base, into / sized_name(f"step-{step}-distilled", parameters)))
        for step, folder in found
    ]


def _linked(checkpoint: Path, base: Path, folder: Path) -> Path:
    """Fill a folder with links; the name of the base is left out, so that the folder's own is served."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {file.name: file for file in checkpoint.glob(_WEIGHTS)}
    others = {file.name: file for file in base.iterdir() if file.is_file() and not file.match(_WEIGHTS)}
    others.pop(RECORD, None)
    for name, file in {**others, **weights}.items():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(file.resolve())
    return folder
