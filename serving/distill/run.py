"""A training from the request to the folder: check, estimate, work in a temporary folder, rename.

The folder `out` appears in one step when it is complete. A run that was killed has kept checkpoints, from which the
same request continues; another request deletes them. A folder that the same request made is not made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError, ServingError
from core.processor import computes_bfloat16, processor_flags
from serving.checkpoint.identity import describe_checkpoint
from serving.checkpoint.lineage import read_lineage
from serving.checkpoint.read import Checkpoint, read_checkpoint
from serving.compress.process import sees_accelerator
from serving.compress.refusals import available_memory
from serving.distill.estimate import Estimate, estimate, memory
from serving.distill.examples import TrainingExample, read_examples
from serving.distill.knowledge import check_knowledge, check_teacher_fits
from serving.distill.process import PYTHON, Job, Reports, run_worker
from serving.distill.refusals import check_examples, check_request, check_space, check_trainable
from serving.distill.request import Method, TrainingRequest
from serving.distill.result import DistillationResult, read_result, write_result
from serving.environments import check_python
from serving.get.folders import sized_name, write_record, writing
from serving.hardware.machine import find_installed_gpus

FULL_PARAMETERS = 1e9
"""From here on adapters are trained where nothing else is asked for."""
FULL_MEMORY = 0.8
"""Share of the free memory that a training of all weights may take where nothing else is asked for."""
RATES = ((3e8, 3e-4), (1e9, 1e-4), (float("inf"), 2e-5))
"""The highest learning rate for all weights of a model with fewer parameters than this."""
LORA_RATE = 2e-4
NAME = "distilled"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that can be done.

    lines   the examples for the worker, a JSON object each
    taught  the settings of the worker that a teacher adds; empty without one
    done    the result of a folder that the same request made; None when there is none
    """

    request: TrainingRequest
    checkpoint: Checkpoint
    base_sha256: str
    data_sha256: str
    method: Method
    learning_rate: float
    bfloat16: bool
    lines: tuple[str, ...]
    estimate: Estimate
    warnings: tuple[str, ...]
    taught: Mapping[str, Any] = field(default_factory=dict)
    done: DistillationResult | None = None

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """All that decides the training, but the model, the data and the budget."""
        own = asdict(self.request)
        for name in ("model", "data", "out", "method", "budget_seconds", "save_seconds", "checkpoints", "knowledge"):
            own.pop(name)
        return {**own, **self.taught, "learning_rate": self.learning_rate, "bfloat16": self.bfloat16}

    @property
    def fingerprint(self) -> str:
        """A hash of everything that decides the result but the budget: a killed run may go on with another one."""
        about = {
            "base": self.base_sha256,
            "data": self.data_sha256,
            "method": self.method,
            "hyperparameters": self.hyperparameters,
        }
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the object for `--estimate --json`."""
        return {
            **asdict(self.estimate),
            "method": self.method,
            "learning_rate": self.learning_rate,
            "bfloat16": self.bfloat16,
            "warnings": list(self.warnings),
        }


def prepare(request: TrainingRequest, python: Path = PYTHON) -> Prepared:
    """Check everything that can be checked without loading a weight.

    Raises ConfigurationError for what is wrong with the request, ServingError for what this machine lacks.
    """
    check_request(request)
    checkpoint = read_checkpoint(request.model.expanduser())
    check_trainable(checkpoint, request)
    examples = read_examples(request.data)
    warnings = check_examples(examples, request.data)
    # Asking PyTorch takes seconds.
    accelerator = bool(find_installed_gpus(os.environ)) and sees_accelerator(python)
    bfloat16 = accelerator or computes_bfloat16(processor_flags())
    knowledge = request.knowledge
    teacher = check_knowledge(knowledge, checkpoint) if knowledge else None
    method = request.method or _method(checkpoint, request, teacher, bfloat16=bfloat16)
    if request.merge and method != "lora":
        raise ConfigurationError("--merge adds adapters into the weights, and all weights are trained. Omit it.")
    expected = estimate(checkpoint, request, method, examples, teacher, bfloat16=bfloat16, accelerator=accelerator)
    is_new = not request.out.exists()
    if is_new:
        # Before the weights are hashed, which takes long where they are large.
        check_python(python, "train", "trl")
        if teacher is not None:
            check_teacher_fits(expected.memory, teacher, available_memory(), bfloat16=bfloat16)
        check_space(expected, method, request.out)
    prepared = Prepared(
        request=request,
        checkpoint=checkpoint,
        base_sha256=describe_checkpoint(checkpoint.folder)["sha256"],
        data_sha256=hashlib.sha256(request.data.read_bytes()).hexdigest(),
        method=method,
        learning_rate=request.learning_rate or _rate(checkpoint, method),
        bfloat16=bfloat16,
        lines=tuple(_line(number, example) for number, example in enumerate(examples, start=1)),
        estimate=expected,
        warnings=warnings,
        taught=knowledge.settings(describe_checkpoint(teacher.folder)["sha256"]) if knowledge and teacher else {},
    )
    if is_new:
        return prepared
    done = read_result(request.out)
    if done.job != prepared.fingerprint or done.budget_seconds != request.budget_seconds:
        raise ConfigurationError(
            f"{request.out} exists, and was made from another model, data or settings. Choose another --out."
        )
    return replace(prepared, done=done)


def train(prepared: Prepared, reports: Reports, python: Path = PYTHON) -> DistillationResult:
    """Make the folder and return its result; one that is made already is not made again.

    Raises ServingError when the work fails.
    """
    if prepared.done is not None:
        return prepared.done
    out = prepared.request.out.absolute()
    log, work = out.with_name(f".{out.name}.log"), out.with_name(f".{out.name}.training")
    with writing(out) as partial:
        mine = _work(work, prepared.fingerprint)
        job = Job(_settings(prepared), prepared.lines, partial, mine, log)
        reported = run_worker(job, reports, python)
        result = _result(prepared, reported)
        _check_written(prepared, partial)
        write_result(partial, result, prepared.warnings)
        _name(partial, prepared)
    shutil.rmtree(work)
    log.unlink()
    return result


def _work(folder: Path, fingerprint: str) -> Path:
    """Return the folder for the checkpoints of this request, and delete those of other requests."""
    mine = folder / fingerprint[:16]
    for other in folder.iterdir() if folder.exists() else ():
        if other != mine:
            shutil.rmtree(other)
    mine.mkdir(parents=True, exist_ok=True)
    return mine


def _result(prepared: Prepared, reported: Any) -> DistillationResult:
    request, base = prepared.request, prepared.checkpoint
    method = "lora+merge" if request.merge else prepared.method
    about: dict[str, Any] = {
        "base": base.name,
        "base_sha256": prepared.base_sha256,
        "data_sha256": prepared.data_sha256,
        "method": method,
    }
    return DistillationResult(
        **about,
        **reported,
        base_folder=str(base.folder.resolve()),
        data=str(request.data.resolve()),
        hyperparameters=prepared.hyperparameters,
        budget_seconds=request.budget_seconds,
        parameters=base.parameters,
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
        lineage=list(read_lineage(base.folder)),
        job=prepared.fingerprint,
        estimate=asdict(prepared.estimate),
    )


def _check_written(prepared: Prepared, partial: Path) -> None:
    """Raise ServingError where the new checkpoint has not the base's tensors, but for an output head that is tied."""
    if prepared.method == "lora" and not prepared.request.merge:
        return
    shapes = [
        {tensor.name: tensor.shape for tensor in checkpoint.tensors}
        for checkpoint in (prepared.checkpoint, read_checkpoint(partial))
    ]
    before, after = shapes
    missing = [name for name in before.keys() - after.keys() if not name.endswith("lm_head.weight")]
    other = [name for name, shape in after.items() if before.get(name) != shape]
    if missing or other:
        raise ServingError(
            f"The trained checkpoint differs from {prepared.checkpoint.folder} in its tensors: "
            f"{', '.join(sorted([*missing, *other])[:3])}. transformers stores this architecture in another way."
        )


def _name(partial: Path, prepared: Prepared) -> None:
    """Let the name that the checkpoint is served under say that it was distilled, and how large it is."""
    name = prepared.request.out.name
    named = name if NAME in name else f"{name}-{NAME}"
    served = sized_name(named, prepared.checkpoint.parameters)
    write_record(partial, {"served_name": served, "source": str(prepared.checkpoint.folder.resolve())})


def _settings(prepared: Prepared) -> dict[str, Any]:
    """Return what the worker does, without the files that it uses."""
    checkpoints = prepared.request.checkpoints
    return {
        **prepared.hyperparameters,
        "model": str(prepared.checkpoint.folder.resolve()),
        "method": prepared.method,
        "budget_seconds": prepared.request.budget_seconds,
        "save_seconds": prepared.request.save_seconds,
        "checkpoints": str(checkpoints.expanduser().absolute()) if checkpoints else None,
    }


def _method(checkpoint: Checkpoint, request: TrainingRequest, teacher: Checkpoint | None, *, bfloat16: bool) -> Method:
    needed = memory(checkpoint, request, "full", teacher, bfloat16=bfloat16)
    small = checkpoint.parameters < FULL_PARAMETERS and needed < FULL_MEMORY * available_memory()
    return "full" if small else "lora"


def _rate(checkpoint: Checkpoint, method: Method) -> float:
    if method == "lora":
        return LORA_RATE
    return next(rate for parameters, rate in RATES if checkpoint.parameters < parameters)


def _line(number: int, example: TrainingExample) -> str:
    return json.dumps({**example.to_dict(), "line": number}, ensure_ascii=False)
