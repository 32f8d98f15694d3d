"""The parts as the product has them: what the stages use unless a test puts something in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.prompts import Prompt
from core.settings import Settings
from evals.distill.data.request import DataRequest
from evals.distill.data.run import make_file
from evals.distill.run.parts import ReportProgress, ServedModel, Show
from evals.distill.run.request import DistillRunRequest
from evals.distill.run.stages.compress import MAX_TOKENS, SCHEME
from evals.prompts import render_prompts
from serving.compress.check import PYTHON as VLLM
from serving.compress.check import flags_for
from serving.compress.methods import parse_scheme
from serving.compress.process import PYTHON as COMPRESS
from serving.compress.request import CompressionRequest
from serving.compress.run import compress, prepare
from serving.compress.target import this_processor
from serving.distill.console import expectation
from serving.distill.request import TrainingRequest
from serving.distill.run import prepare as prepare_training
from serving.distill.run import train
from serving.environments import check_python, python_of
from serving.vllm import served


def check_machine(request: DistillRunRequest) -> None:
    """Raise ServingError where an environment is missing. vLLM serves w8a8 on every processor."""
    check_python(VLLM, "vllm-cpu", "vLLM")
    check_python(python_of("train"), "train", "trl")
    if request.compress:
        check_python(COMPRESS, "compress", "LLM Compressor", ". Or omit the compression with --no-compress.")


def make_data(settings: Settings, request: DistillRunRequest, file: Path, progress: ReportProgress) -> dict[str, Any]:
    """Write the examples and their card; return the card's object. Raises what `make_file` does.

    No example asks a question of the domain's cases, or of the files that the systems are asked.
    """
    asked = DataRequest(seed=request.seed, teacher=request.teacher, recipe=request.recipe)
    if request.number is not None:
        asked = replace(asked, number=request.number)
    return make_file(settings, file, asked, progress, exclude=request.cases).card.to_dict()


def train_student(request: DistillRunRequest, file: Path, out: Path, seconds: float, show: Show) -> dict[str, Any]:
    """Train, or go on with a training; return the object of distillation.json.

    Adapters are merged into a whole checkpoint, which can be compressed. Raises ConfigurationError and ServingError.
    """
    asked = TrainingRequest(
        model=request.model,
        data=file,
        out=out,
        method=None if request.method == "auto" else request.method,
        budget_seconds=seconds,
        checkpoints=out.with_name("checkpoints") if request.keep_checkpoints else None,
        seed=request.seed,
    )
    prepared = prepare_training(asked)
    if prepared.method == "lora":
        prepared = prepare_training(replace(asked, method="lora", merge=True))
    for line in (*prepared.warnings, expectation(prepared)):
        show.line(line)
    with show.bar("Training") as progress:
        return train(prepared, _Reports(progress, show.line)).to_dict()


@dataclass(frozen=True, slots=True)
class _Reports:
    """Passes on what the trainer reports."""

    steps: ReportProgress
    note: Callable[[str], None]


def render(settings: Settings, recipe: str, model: str, progress: ReportProgress) -> Sequence[Prompt]:
    """Return the prompts that a model of this name is calibrated on. Raises what `render_prompts` does."""
    return render_prompts(settings, "calibration", progress, recipe, model).prompts


def compress_student(model: Path, prompts: Path, out: Path, samples: int, progress: ReportProgress) -> dict[str, Any]:
    """Compress to w8a8 for this processor, calibrated on the prompts; return the object of compression.json.

    A folder that this made already is not made again. Raises ConfigurationError and ServingError.
    """
    request = CompressionRequest(str(model), out, parse_scheme(SCHEME), this_processor(), prompts, samples, MAX_TOKENS)
    return compress(prepare(request), progress).to_dict()


@contextmanager
def serve(model: Path, name: str, log: Path) -> Iterator[ServedModel]:
    """Serve a checkpoint with vLLM on this processor; say where. Raises ServingError."""
    with served(model, log, (*flags_for(model), "--served-model-name", name), VLLM) as server:
        yield ServedModel(f"{server.url}/v1", name)
