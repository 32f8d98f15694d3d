"""Which checkpoint it is: the hashes of its files, how its weights are stored, and where it came from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from serving.checkpoint.configuration import CONFIG, check_folder, read_configuration
from serving.checkpoint.lineage import read_lineage
from serving.checkpoint.quantization import parse_quantization, stated_quantization
from serving.get.folders import read_record, served_name

_READ = {".json", ".safetensors", ".jinja", ".model", ".txt"}
"""Endings of the files that a server reads."""


def describe_checkpoint(folder: Path) -> dict[str, Any]:
    """Return the identity of a checkpoint as JSON values. Reads every file: about a second a gigabyte.

    sha256          over the names and hashes of all files that a server reads
    files           the SHA-256 of each of them
    quantization    as config.json states it
    record          what `groundwork model get` or `compress` has written of its origin; null without it
    lineage         the steps that made it (serving/checkpoint/lineage.py)

    Raises ConfigurationError for a folder that is no checkpoint.
    """
    check_folder(folder)
    config = read_configuration(folder)
    files = {file.name: _sha256(file) for file in sorted(folder.iterdir()) if file.suffix in _READ and file.is_file()}
    lines = "".join(f"{name}\0{digest}\n" for name, digest in files.items())
    return {
        "name": folder.resolve().name,
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
        "quantization": str(parse_quantization(stated_quantization(config, str(folder)))),
        "record": read_record(folder),
        "lineage": list(read_lineage(folder)),
        "files": files,
    }


def find_checkpoint(model: str, models: Path) -> Path | None:
    """Return the folder of a served model: its name is a path, a folder of `models`, or what such a one is served as.

    None where it is not on this machine.
    """
    folders = sorted(path for path in models.iterdir() if path.is_dir()) if models.is_dir() else []
    named = [path for path in folders if model in (path.name, served_name(path))]
    return next((path for path in (*named, Path(model)) if (path / CONFIG).is_file()), None)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
