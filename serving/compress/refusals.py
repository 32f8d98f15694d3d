"""Everything that cannot work is said before anything is done, with the reason and what to do instead."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from core.errors import ConfigurationError, ServingError
from serving.compress.checkpoint import Checkpoint
from serving.compress.estimate import Estimate, duration
from serving.compress.methods import Wish
from serving.compress.target import Target
from serving.configuration import has_chat_template
from serving.kernels import FP8_ON_A_PROCESSOR
from serving.machine import find_memory

_NAMED = 3
SPARSE = (
    "Pruned weights are stored in full, and current vLLM loads them as a dense model: pruning makes the checkpoint "
    "neither smaller nor faster. It serves research, or a later engine."
)


def check_possible(checkpoint: Checkpoint, wish: Wish, target: Target, accelerator: bool) -> list[str]:
    """Warnings. Raises ConfigurationError for what is wrong with the wish, ServingError for what this machine lacks."""
    if wish.method.algorithm == "awq" and not accelerator:
        raise ServingError(
            "AWQ needs an accelerator, and there is none: LLM Compressor 0.14 pins its activations to one. "
            "Use --scheme w4a16 (GPTQ), which is stored and served in the same way."
        )
    if faults := list(_indivisible(checkpoint, wish)):
        more = f" and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        raise ConfigurationError(
            f"--scheme {wish.method.name} shares scales in groups of {wish.method.storage.group}, which do not divide "
            f"{'; '.join(faults[:_NAMED])}{more}. Use a scheme with a scale for each channel: w8a8 or fp8."
        )
    if wish.needs_prompts and not has_chat_template(checkpoint.folder):
        raise ConfigurationError(
            f"{checkpoint.folder} has no chat template (chat_template.jinja, or in tokenizer_config.json), so prompts "
            "cannot be shown as they are served. Take the instruction-tuned model, or add its template."
        )
    reason = target.missing_kernel(wish)
    if reason is not None and target.kind == "gpu":
        raise ConfigurationError(f"--scheme {wish.method.name}: {reason}.")
    warnings = [f"{reason}. The checkpoint can be made here, and served elsewhere."] if reason else []
    if target.kind == "cpu" and wish.method.storage.arithmetic == "fp8" and reason is None:
        warnings.append(_fp8_on_a_processor(checkpoint))
    return warnings + ([SPARSE] if wish.pruning else [])


def _fp8_on_a_processor(checkpoint: Checkpoint) -> str:
    operations = 2.0 * sum(tensor.parameters for tensor in checkpoint.matrices)
    seconds = 1000 * operations / FP8_ON_A_PROCESSOR
    return (
        "vLLM has but a reference loop for FP8 on a CPU: a thousand tokens of this model may take "
        f"{duration(seconds)} there, in the check as well. For a CPU make w8a8, or fp8-block where it has AMX."
    )


def check_room(estimate: Estimate, out: Path) -> None:
    """Raises ServingError when memory or disk will not do."""
    available = available_memory()
    if estimate.memory > available:
        raise ServingError(
            f"About {_gigabytes(estimate.memory)} of memory are needed, {_gigabytes(available)} are free. "
            "Use fewer --samples, a scheme without data (fp8, mxfp4), or a larger machine."
        )
    free = shutil.disk_usage(_existing(out)).free
    if estimate.bytes_after + estimate.bytes_aside > free:
        aside = f", and {_gigabytes(estimate.bytes_aside)} until it is done" if estimate.bytes_aside else ""
        raise ServingError(
            f"The checkpoint will take about {_gigabytes(estimate.bytes_after)}{aside}, but {_existing(out)} has "
            f"{_gigabytes(free)} free. Name a folder on a larger disk."
        )


def available_memory(proc: Path = Path("/proc"), cgroup: Path | None = None) -> float:
    """Bytes that this process may still take; infinite where the system does not tell (it is not Linux)."""
    return find_memory(proc, cgroup)[1] if (proc / "meminfo").exists() else float("inf")


def _indivisible(checkpoint: Checkpoint, wish: Wish) -> Iterator[str]:
    group = wish.method.storage.group
    if group is None:
        return
    for tensor in checkpoint.matrices:
        sides = tensor.shape[-2:] if wish.method.blocks else tensor.shape[-1:]
        if any(side % group for side in sides):
            yield f"{tensor.name} ({' x '.join(map(str, tensor.shape))})"


def _existing(folder: Path) -> Path:
    absolute = folder.absolute()
    return next(place for place in (absolute, *absolute.parents) if place.exists())


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
