"""The conversion is started in a process of its own, and its result is read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from core.errors import DiskFull, ServingError
from serving.environments import variables

_LINES = 12
_KILLED = -9


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was converted, as the GGUF file says.

    parameters  numbers in all tensors
    types       the types of its tensors, most numbers first
    tied        whether input and output share their embeddings
    notes       what could not be kept
    """

    architecture: str
    title: str
    licence: str
    parameters: int
    types: tuple[str, ...]
    tied: bool
    template: str
    notes: tuple[str, ...]


def run_conversion(gguf: Path, out: Path, scratch: Path) -> Conversion:
    """Convert a GGUF file into a folder. `scratch` is a folder for the job, the result and the log.

    Raises ServingError with the reason, DiskFull.
    """
    job, result, log = (scratch / name for name in ("job.json", "result.json", "convert.log"))
    job.write_text(json.dumps({"gguf": str(gguf), "out": str(out), "result": str(result)}), encoding="utf-8")
    with log.open("wb") as output:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "serving.get.convert", str(job)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=variables(os.environ, TRANSFORMERS_VERBOSITY="error", TQDM_DISABLE="1"),
            check=False,
        )
    if not result.exists():
        raise ServingError(_failure(gguf, done.returncode, log))
    found = json.loads(result.read_text(encoding="utf-8"))
    if error := found.get("error"):
        raise (DiskFull if error["kind"] == DiskFull.__name__ else ServingError)(error["text"])
    return Conversion(**found | {"types": tuple(found["types"]), "notes": tuple(found["notes"])})


def _failure(gguf: Path, code: int, log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES:]
    killed = " It was killed, most often because the memory was full." if code == _KILLED else ""
    return f"The conversion of {gguf} ended with status {code}.{killed} Its last lines:\n" + "\n".join(lines)
