"""What a served model replied in a check, in a file that grows with each reply: a check that was cut off goes on there.

The file is named by a hash of the model's files, the prompts, vLLM's version and its flags, beside the compressed
folder. The original's replies are thus read again in the check of the next scheme.

    .checks/2f6c01d5a7b49e83.jsonl      {"key": "text:0", "reply": [[…], […], […]]}

A reply that was cut off in the middle of its line is asked for again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.prompts import Prompt
from serving.checkpoint.configuration import CONFIG
from serving.checkpoint.tensors import weight_files

FOLDER = ".checks"


class Replies:
    """The replies of one model by their keys. Those of an earlier check are read at the start."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._known = _read(file)

    def get(self, key: str) -> Any:
        """Return the reply; None when it is not known."""
        return self._known.get(key)

    def keep(self, key: str, reply: Any) -> None:
        """Add a reply to the file."""
        if not self.file.exists():
            self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as stream:
            # After a line that was cut off, the next one begins on a line of its own.
            stream.write("\n" + json.dumps({"key": key, "reply": reply}, ensure_ascii=False) + "\n")
        self._known[key] = reply


def replies_of(model: Path, prompts: Sequence[Prompt], version: str, flags: Sequence[str], folder: Path) -> Replies:
    """Return what is known of the replies of a model."""
    about = {
        "files": [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in weight_files(model)],
        "config": (model / CONFIG).read_text(encoding="utf-8"),
        "prompts": [prompt.chat() for prompt in prompts],
        "version": version,
        "flags": list(flags),
    }
    key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
    return Replies(folder / FOLDER / f"{key}.jsonl")


def _read(file: Path) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for line in file.read_text(encoding="utf-8", errors="replace").split("\n") if file.exists() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        known[entry["key"]] = entry["reply"]
    return known
