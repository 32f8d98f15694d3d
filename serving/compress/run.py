"""A compression from the wish to the folder: look, refuse, estimate, work aside, rename.

The folder `out` appears in one step when all of it is there. A run that was cut off has left the layers that it solved
(GPTQ, SparseGPT, Wanda), and the same request goes on after them; another one throws them away. A folder that the same
model, scheme and prompts made is not made again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from core.errors import ConfigurationError, ServingError
from serving.compress.calibration import Calibration, choose_samples, read_prompts
from serving.compress.checkpoint import LEFT_ALONE, Checkpoint, read_checkpoint
from serving.compress.estimate import Estimate, estimate, passes
from serving.compress.methods import Wish
from serving.compress.record import Record, make_record, read_record, write_record
from serving.compress.refusals import check_possible, check_room
from serving.compress.target import Target
from serving.environments import check_python, python_of, variables
from serving.safetensors import weight_files

PYTHON = python_of("compress")
_WORKER = Path(__file__).with_name("worker.py")
_LOG_LINES = 12
_LAYER = re.compile(r"\((\d+)/(\d+)\): Calibrating")
_SHARD = re.compile(r"Quantizing: .*?(\d+)/(\d+) \[")

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of steps done and the number of all: layers in each pass, or shards."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to compress, and with what. `prompts` may be None for a scheme that needs no data."""

    model: str
    out: Path
    wish: Wish
    target: Target
    prompts: Path | None = None
    samples: int = 256
    max_tokens: int = 4096
    general: Path | None = None
    general_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that can be done. `calibration` is None where no data is needed; `done` is a folder that has it all."""

    request: Request
    checkpoint: Checkpoint
    calibration: Calibration | None
    estimate: Estimate
    warnings: tuple[str, ...]
    done: Record | None

    @property
    def fingerprint(self) -> str:
        """Of all that decides the result: the weights' files, the wish, the prompts."""
        files = weight_files(self.checkpoint.folder)
        about = {
            "files": [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files],
            "config": dict(self.checkpoint.config),
            "wish": asdict(self.request.wish),
            "calibration": self.calibration.sha256 if self.calibration else None,
            "max_tokens": self.request.max_tokens,
        }
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def prepare(request: Request, python: Path = PYTHON) -> Prepared:
    """Look at everything that can be looked at without loading a weight.

    Raises ConfigurationError for what is wrong with the request, ServingError for what this machine lacks.
    """
    checkpoint = read_checkpoint(request.model)
    accelerator = request.wish.method.algorithm == "awq" and _sees_accelerator(python)
    warnings = check_possible(checkpoint, request.wish, request.target, accelerator)
    calibration = _calibration(request)
    guess = estimate(checkpoint, request.wish, calibration, request.max_tokens)
    prepared = Prepared(request, checkpoint, calibration, guess, tuple(warnings), None)
    if request.out.exists():
        record = read_record(request.out)
        if record.job != prepared.fingerprint:
            raise ConfigurationError(
                f"{request.out} exists, and was made from another model, scheme or prompts. Choose another --out."
            )
        return Prepared(request, checkpoint, calibration, guess, tuple(warnings), record)
    check_python(python, "compress", "LLM Compressor")
    check_room(guess, request.out)
    return prepared


def compress(prepared: Prepared, progress: ReportProgress, python: Path = PYTHON) -> Record:
    """Make the folder; one that is there already is returned as it is. Raises ServingError when the work fails."""
    if prepared.done is not None:
        return prepared.done
    out = prepared.request.out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    aside, log = out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.log")
    with _alone(out.with_name(f".{out.name}.lock"), out):
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        layers = _layers(aside.with_suffix(".layers"), prepared.fingerprint)
        try:
            record = _make(prepared, aside, layers, log, progress, python)
            aside.replace(out)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(layers.parent, ignore_errors=True)
        log.unlink()
    return record


def _layers(folder: Path, fingerprint: str) -> Path:
    """The folder for the layers that this request solved; those of another request go."""
    layers = folder / fingerprint[:16]
    for other in folder.iterdir() if folder.exists() else ():
        if other != layers:
            shutil.rmtree(other)
    return layers


def _make(prepared: Prepared, aside: Path, layers: Path, log: Path, progress: ReportProgress, python: Path) -> Record:
    result = _work(prepared, aside, layers, log, progress, python)
    record = make_record(prepared.checkpoint, prepared.request.wish, prepared.calibration, result, aside)
    record = record.with_job(prepared.fingerprint, asdict(prepared.estimate))
    write_record(aside, record, prepared.warnings)
    return record


def _sees_accelerator(python: Path) -> bool:
    """Whether the environment's PyTorch does: a card that only the driver knows is none."""
    if not python.exists():
        return False
    question = "import torch; print(torch.accelerator.is_available())"
    done = subprocess.run(  # noqa: S603
        [str(python), "-c", question], capture_output=True, text=True, env=_environment(), check=False
    )
    return done.stdout.strip() == "True"


def _calibration(request: Request) -> Calibration | None:
    if not request.wish.needs_prompts:
        return None
    if request.prompts is None:
        raise ConfigurationError(
            f"{request.wish.label} is calibrated on your prompts, and none are given. Write them with "
            "`groundwork eval prompts --part calibration --out FILE`, and name the file with --prompts."
        )
    prompts = read_prompts(request.prompts)
    return choose_samples(prompts, request.samples, request.general, request.general_share)


def _work(
    prepared: Prepared, aside: Path, layers: Path, log: Path, progress: ReportProgress, python: Path
) -> Mapping[str, Any]:
    """LLM Compressor in a process of its own; its words go to the log, which stays when it fails."""
    samples, job, result = (aside.with_suffix(f".{kind}") for kind in ("samples", "job", "result"))
    scratch = (samples, job, result)
    try:
        if prepared.calibration is not None:
            samples.write_text("\n".join(prepared.calibration.lines) + "\n", encoding="utf-8")
        about = {**_job(prepared), "out": str(aside), "layers": str(layers), "result": str(result)}
        about["samples"] = str(samples) if prepared.calibration is not None else None
        job.write_text(json.dumps(about), encoding="utf-8")
        with subprocess.Popen(  # noqa: S603
            [str(python), str(_WORKER), str(job)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(),
            cwd=aside.parent,
        ) as process:
            assert process.stdout is not None
            _follow(process.stdout, log, progress, max(1, passes(prepared.request.wish)))
        if process.returncode != 0 or not result.exists():
            raise ServingError(_failure(process.returncode, log))
        found: Mapping[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return found
    finally:
        for file in scratch:
            file.unlink(missing_ok=True)


def _job(prepared: Prepared) -> dict[str, Any]:
    """What the worker is to do; where the files lie is added."""
    wish = prepared.request.wish
    return {
        "model": str(prepared.checkpoint.folder.resolve()),
        "preset": wish.method.preset,
        "algorithm": wish.method.algorithm,
        "kv_cache": wish.kv_cache,
        "pruning": asdict(wish.pruning) if wish.pruning else None,
        "ignore": [f"re:{pattern}" for pattern in LEFT_ALONE],
        "max_tokens": prepared.request.max_tokens,
        "parent": os.getpid(),
    }


def _environment() -> dict[str, str]:
    """This process's, as a foreign environment needs them.

    Threads that wait sleep: by spinning they take five times as long on cores shared with other work.
    """
    return variables(os.environ, TOKENIZERS_PARALLELISM="false", OMP_WAIT_POLICY="PASSIVE")


def _follow(output: IO[bytes], log: Path, progress: ReportProgress, rounds: int) -> None:
    """Copy the output to the log, and read the progress off its bars: they are rewritten after a carriage return."""
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
    held = b""
    while block := os.read(output.fileno(), 65536):
        *whole, held = re.split(rb"[\r\n]+", held + block)
        yield from filter(None, whole)
    if held:
        yield held


def _failure(code: int, log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if "it/s]" not in line]
    killed = " It was killed; most often that is for want of memory: use fewer --samples." if code == -9 else ""
    return f"LLM Compressor ended with status {code}.{killed} The end of {log}:\n" + "\n".join(lines[-_LOG_LINES:])


@contextmanager
def _alone(lock: Path, out: Path) -> Iterator[None]:
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServingError(f"Another run is making {out}. Wait for it, or choose another --out.") from None
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
