"""LLM Compressor in a process of its own: started with a job, its progress followed, its result read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from core.errors import ServingError
from serving.environments import python_of, variables

PYTHON = python_of("compress")
_WORKER = Path(__file__).parent / "worker" / "__main__.py"
_LOG_LINES = 12
_LAYER = re.compile(r"\((\d+)/(\d+)\): Calibrating")
_SHARD = re.compile(r"Quantizing: .*?(\d+)/(\d+) \[")

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of steps done and the number of all: layers in each pass, or shards."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the worker does. `settings` are those of its docstring that name no file.

    partial  the new folder until it is complete
    layers   the folder for layers that are solved
    log      takes the output; it is kept when the work fails
    lines    the samples, one JSON object each; None for a scheme without data
    passes   how often the data run through the model
    """

    settings: Mapping[str, Any]
    partial: Path
    layers: Path
    log: Path
    lines: tuple[str, ...] | None
    passes: int


def run_worker(job: Job, progress: ReportProgress, python: Path) -> Mapping[str, Any]:
    """Run the worker to its end and return its result. Raises ServingError with the end of the log when it fails."""
    samples, file, result = (job.partial.with_suffix(f".{kind}") for kind in ("samples", "job", "result"))
    try:
        if job.lines is not None:
            samples.write_text("\n".join(job.lines) + "\n", encoding="utf-8")
        about = {**job.settings, "out": str(job.partial), "layers": str(job.layers), "result": str(result)}
        about["samples"] = None if job.lines is None else str(samples)
        about["parent"] = os.getpid()
        file.write_text(json.dumps(about), encoding="utf-8")
        with subprocess.Popen(  # noqa: S603
            # -P keeps the worker's folder off the import path, where its neighbours could hide other packages.
            [str(python), "-P", str(_WORKER), str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(),
            cwd=job.partial.parent,
        ) as process:
            assert process.stdout is not None
            _follow(process.stdout, job.log, progress, max(1, job.passes))
        if process.returncode != 0 or not result.exists():
            raise ServingError(_failure(process.returncode, job.log))
        found: Mapping[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return found
    finally:
        for scratch in (samples, file, result):
            scratch.unlink(missing_ok=True)


def sees_accelerator(python: Path) -> bool:
    """Return whether the environment's PyTorch sees an accelerator: a GPU that only the driver knows does not count."""
    if not python.exists():
        return False
    question = "import torch; print(torch.accelerator.is_available())"
    done = subprocess.run(  # noqa: S603
        [str(python), "-c", question], capture_output=True, text=True, env=_environment(), check=False
    )
    return done.stdout.strip() == "True"


def _environment() -> dict[str, str]:
    """Return this process's variables, as another environment needs them.

    Waiting threads sleep: by spinning they take five times as long on cores shared with other work.
    """
    return variables(os.environ, TOKENIZERS_PARALLELISM="false", OMP_WAIT_POLICY="PASSIVE")


def _follow(output: IO[bytes], log: Path, progress: ReportProgress, rounds: int) -> None:
    """Copy the output to the log, and read the progress from its bars, each rewritten after a carriage return."""
    finished = last = 0
    with log.open("wb") as file:
        for piece in _pieces(output):
            file.write(piece + b"\n")
            text = piece.decode(errors="replace")
            if found := _LAYER.search(text):
                layer, layers = int(found[1]), int(found[2])
                # A pass over the data begins at the first layer again.
                finished += layer < last
                last = layer
                progress(min(finished, rounds - 1) * layers + layer - 1, rounds * layers)
            elif found := _SHARD.search(text):
                progress(int(found[1]), int(found[2]))


def _pieces(output: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := os.read(output.fileno(), 65536):
        *whole, rest = re.split(rb"[\r\n]+", rest + block)
        yield from filter(None, whole)
    if rest:
        yield rest


def _failure(code: int, log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if "it/s]" not in line]
    killed = " It was killed, most often because the memory was full: use fewer --samples." if code == -9 else ""
    return f"LLM Compressor ended with status {code}.{killed} The end of {log}:\n" + "\n".join(lines[-_LOG_LINES:])
