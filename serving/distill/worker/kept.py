"""Checkpoints that a killed run continues from. One counts when its last file is there, which is written at the end."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

_LAST = "groundwork.json"
_NAME = "checkpoint-"


def complete(folder: Path, progress: dict[str, Any]) -> None:
    """Declare a checkpoint complete, with what the training knows beside weights and optimizer."""
    for file in folder.rglob("*"):
        if file.is_file():
            _flush(file)
    write_json(folder / _LAST, progress)


def latest(work: Path) -> tuple[Path, dict[str, Any]] | None:
    """Return the last complete checkpoint and its progress, and remove what is incomplete."""
    found = []
    for folder in work.glob(f"{_NAME}*"):
        if (folder / _LAST).exists():
            found.append((int(folder.name.removeprefix(_NAME)), folder))
        else:
            shutil.rmtree(folder)
    if not found:
        return None
    _, folder = max(found)
    return folder, json.loads((folder / _LAST).read_text(encoding="utf-8"))


def write_json(file: Path, values: Any) -> None:
    """Write a file that is there whole, or not at all."""
    half = file.with_suffix(".half")
    half.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    _flush(half)
    half.replace(file)


def _flush(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())
