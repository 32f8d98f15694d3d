"""A compression from the request to the folder: check, estimate, work in a temporary folder, rename.

The folder `out` appears in one step when it is complete. A run that was cut off has kept the layers that it solved
(GPTQ, SparseGPT, Wanda), and the same request continues after them; another request deletes them. A folder that the
same model, scheme and prompts made is not made again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError, ServingError
from core.processor import computes_bfloat16, processor_flags
from core.prompts import read_prompts
from serving.checkpoint.identity import describe_checkpoint
from serving.checkpoint.lineage import read_lineage
from serving.checkpoint.read import Checkpoint, read_checkpoint
from serving.checkpoint.tensors import weight_files
from serving.compress.calibration import Calibration, choose_samples
from serving.compress.estimate import Estimate, estimate, passes
from serving.compress.groups import check_group_size, fit_groups
from serving.compress.matrices import UNCOMPRESSED_MODULES
from serving.compress.process import PYTHON, Job, ReportProgress, run_worker, sees_accelerator
from serving.compress.refusals import check_possible, check_space, check_uncompressed
from serving.compress.request import CompressionRequest
from serving.compress.result import CompressionResult, make_result, read_result, write_result
from serving.compress.verify import check_compressed
from serving.environments import check_python
from serving.get.folders import DISTILLED, is_distilled, served_name, sized_name, write_record


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that can be done.

    calibration   None where no data is needed
    done          the result of a folder that the same request made; None when there is none
    """

    request: CompressionRequest
    checkpoint: Checkpoint
    calibration: Calibration | None
    estimate: Estimate
    warnings: tuple[str, ...]
    done: CompressionResult | None = None

    @property
    def fingerprint(self) -> str:
        """A hash of everything that decides the result: the weights' files, the scheme, the prompts."""
        files = weight_files(self.checkpoint.folder)
        about = {
            "files": [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files],
            "config": dict(self.checkpoint.config),
            "scheme": asdict(self.request.scheme),
            "calibration": self.calibration.sha256 if self.calibration else None,
            "max_tokens": self.request.max_tokens,
        }
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the object for `--estimate --json`."""
        return {**asdict(self.estimate), "warnings": list(self.warnings)}


def prepare(request: CompressionRequest, python: Path = PYTHON) -> Prepared:
    """Check everything that can be checked without loading a weight.

    Raises ConfigurationError for what is wrong with the request, ServingError for what this machine lacks.
    """
    checkpoint = read_checkpoint(Path(request.model).expanduser())
    check_uncompressed(checkpoint)
    check_group_size(request.scheme)
    request = replace(request, scheme=fit_groups(request.scheme, checkpoint))
    accelerator = request.scheme.method.algorithm == "awq" and sees_accelerator(python)
    warnings = check_possible(checkpoint, request.scheme, request.target, accelerator)
    calibration = _calibration(request)
    expected = estimate(checkpoint, request.scheme, calibration, request.max_tokens)
    prepared = Prepared(request, checkpoint, calibration, expected, warnings)
    if request.out.exists():
        done = read_result(request.out)
        if done.job != prepared.fingerprint:
            raise ConfigurationError(
                f"{request.out} exists, and was made from another model, scheme or prompts. Choose another --out."
            )
        return replace(prepared, done=done)
    check_python(python, "compress", "LLM Compressor")
    check_space(expected, request.out)
    return prepared


def compress(prepared: Prepared, progress: ReportProgress, python: Path = PYTHON) -> CompressionResult:
    """Make the folder and return its result; one that is made already is not made again.

    Raises ServingError when the work fails.
    """
    if prepared.done is not None:
        return prepared.done
    out = prepared.request.out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    partial, log = out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.log")
    with _alone(out.with_name(f".{out.name}.lock"), out):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        layers = _layers(partial.with_suffix(".layers"), prepared.fingerprint)
        try:
            result = _make(prepared, partial, layers, log, progress, python)
            partial.replace(out)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(layers.parent, ignore_errors=True)
        log.unlink()
    return result


def _layers(folder: Path, fingerprint: str) -> Path:
    """Return the folder for the layers that this request solved, and delete those of other requests."""
    layers = folder / fingerprint[:16]
    for other in folder.iterdir() if folder.exists() else ():
        if other != layers:
            shutil.rmtree(other)
    return layers


def _make(
    prepared: Prepared, partial: Path, layers: Path, log: Path, progress: ReportProgress, python: Path
) -> CompressionResult:
    request, calibration = prepared.request, prepared.calibration
    lines = calibration.lines if calibration else None
    job = Job(_settings(prepared), partial, layers, log, lines, passes(request.scheme))
    reported = run_worker(job, progress, python)
    check_compressed(prepared.checkpoint, read_checkpoint(partial), request.scheme)
    result = make_result(prepared.checkpoint, request.scheme, calibration, reported, partial)
    result = replace(
        result,
        job=prepared.fingerprint,
        estimate=asdict(prepared.estimate),
        source_sha256=describe_checkpoint(prepared.checkpoint.folder)["sha256"],
        lineage=list(read_lineage(prepared.checkpoint.folder)),
    )
    write_result(partial, result, prepared.warnings)
    _name(partial, prepared)
    return result


def _name(partial: Path, prepared: Prepared) -> None:
    """Let the name that the checkpoint is served under say what the app reads from a name, as the original's does.

    That is its size, and whether it was distilled: both decide its prompt.
    """
    checkpoint = prepared.checkpoint
    name = prepared.request.out.name
    if is_distilled(served_name(checkpoint.folder) or checkpoint.name) and not is_distilled(name):
        name = f"{name}-{DISTILLED}"
    name = sized_name(name, checkpoint.parameters)
    write_record(partial, {"served_name": name, "source": str(checkpoint.folder.resolve())})


def _settings(prepared: Prepared) -> dict[str, Any]:
    """Return what the worker does, without the files that it uses."""
    scheme = prepared.request.scheme
    return {
        "model": str(prepared.checkpoint.folder.resolve()),
        "preset": scheme.method.preset,
        "algorithm": scheme.method.algorithm,
        "kv_cache": scheme.kv_cache,
        "pruning": asdict(scheme.pruning) if scheme.pruning else None,
        "ignore": [f"re:{pattern}" for pattern in UNCOMPRESSED_MODULES],
        "max_tokens": prepared.request.max_tokens,
        "group_size": scheme.method.storage.group if scheme.method.grouped else None,
        "bfloat16_products": computes_bfloat16(processor_flags()),
    }


def _calibration(request: CompressionRequest) -> Calibration | None:
    if not request.scheme.needs_prompts:
        return None
    if request.prompts is None:
        raise ConfigurationError(
            f"{request.scheme.label} is calibrated on your prompts, and none are given. Write them with "
            "`groundwork model prompts --part calibration --out FILE`, and name the file with --prompts."
        )
    prompts = read_prompts(request.prompts)
    return choose_samples(prompts, request.samples, request.general, request.general_share)


@contextmanager
def _alone(lock: Path, out: Path) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServingError(f"Another run is making {out}. Wait for it, or choose another --out.") from None
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
