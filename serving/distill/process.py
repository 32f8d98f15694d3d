"""The worker in a process of its own: started with a job, its lines followed, its result read."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from core.errors import ServingError
from serving.environments import python_of, variables

PYTHON = python_of("train")
_WORKER = Path(__file__).parent / "worker" / "__main__.py"
_SIGN = "groundwork:"
_LOG_LINES = 12
_PRIMITIVES = "128"
"""That torch and oneDNN keep, in place of 1024: each length of a row has its own. SmolLM2-135M took 7.6 GB after twelve
steps and kept growing, with 128 of them 6.3 GB and as long; with 8, fewer than a row needs, 45% longer."""


class Reports(Protocol):
    """Receives what the worker reports."""

    def steps(self, done: int, total: int) -> None:
        """So many steps are done; the total may become smaller."""

    def note(self, text: str) -> None:
        """Something was decided or found."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the worker does: the settings of its docstring that name no file, and the files.

    work  the folder of the checkpoints; job, examples and result are in it, too
    log   takes the output; it is kept when the work fails
    """

    settings: Mapping[str, Any]
    examples: tuple[str, ...]
    partial: Path
    work: Path
    log: Path


def run_worker(job: Job, reports: Reports, python: Path) -> Mapping[str, Any]:
    """Run the worker to its end and return its result. Raises ServingError with the end of the log when it fails."""
    examples, file, result = (job.work / name for name in ("examples.jsonl", "job.json", "result.json"))
    result.unlink(missing_ok=True)
    examples.write_text("\n".join(job.examples) + "\n", encoding="utf-8")
    about = {**job.settings, "out": str(job.partial), "work": str(job.work), "examples": str(examples)}
    about |= {"result": str(result), "started": time.time(), "parent": os.getpid()}
    file.write_text(json.dumps(about), encoding="utf-8")
    with subprocess.Popen(  # noqa: S603
        # -P keeps the worker's folder off the import path, where its neighbours could hide other packages.
        [str(python), "-P", str(_WORKER), str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=variables(
            os.environ,
            TOKENIZERS_PARALLELISM="false",
            OMP_WAIT_POLICY="PASSIVE",
            PYTHONUNBUFFERED="1",
            LRU_CACHE_CAPACITY=_PRIMITIVES,
            ONEDNN_PRIMITIVE_CACHE_CAPACITY=_PRIMITIVES,
        ),
        cwd=job.work,
    ) as process:
        assert process.stdout is not None
        _follow(process.stdout, job.log, reports)
    if process.returncode != 0 or not result.exists():
        raise ServingError(_failure(process.returncode, job.log))
    found: Mapping[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found


def _follow(output: IO[bytes], log: Path, reports: Reports) -> None:
    """Copy the output to the log, and pass on what is reported in it."""
    with log.open("ab") as file:
        for line in output:
            file.write(line)
            file.flush()
            text = line.decode(errors="replace")
            if text.startswith(_SIGN):
                _pass_on(json.loads(text.removeprefix(_SIGN)), reports)


def _pass_on(reported: Mapping[str, Any], reports: Reports) -> None:
    if "note" in reported:
        reports.note(reported["note"])
    else:
        reports.steps(reported["done"], reported["total"])


def _failure(code: int, log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if "it/s]" not in line]
    killed = (
        " It was killed, most often because the memory was full: use a smaller --row-tokens, or --method lora."
        if code == -9
        else ""
    )
    return f"The training ended with status {code}.{killed} The end of {log}:\n" + "\n".join(lines[-_LOG_LINES:])
