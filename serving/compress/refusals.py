"""Everything that cannot work is refused before anything is done, with the reason and what to do instead."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from core.errors import ConfigurationError, ServingError
from core.memory import find_memory
from serving.checkpoint.read import Checkpoint
from serving.compress.estimate import Estimate, duration
from serving.compress.matrices import compressible
from serving.compress.methods import CompressionScheme
from serving.compress.mixtures import check_mixture
from serving.compress.target import Target
from serving.hardware.kernels import FP8_ON_A_PROCESSOR

_UNCOMPRESSED = ("F64", "F32", "BF16", "F16", "I64", "I32", "I16", "I8", "U8", "BOOL")
"""Types of tensors in an uncompressed checkpoint: only compression writes F8 and smaller."""
_NAMED = 3
PRUNING = (
    "Pruned weights are stored in full, and current vLLM loads them as a dense model: pruning makes the checkpoint "
    "neither smaller nor faster. It serves research, or a later engine."
)


def check_uncompressed(checkpoint: Checkpoint) -> None:
    """Raise ConfigurationError for a checkpoint that is compressed already, or has no matrix in a layer."""
    folder, stated = checkpoint.folder, checkpoint.stated
    if stated:
        raise ConfigurationError(
            f"{folder} is compressed already ({stated.get('quant_method', 'no method named')}, "
            f"{stated.get('format', 'no format named')}). Compress its original in 16 bits."
        )
    for tensor in checkpoint.tensors:
        if tensor.dtype not in _UNCOMPRESSED:
            raise ConfigurationError(
                f"{folder / tensor.file}: {tensor.name} is stored as {tensor.dtype}: the model is compressed already. "
                "Compress its original in 16 bits."
            )
    if not compressible(checkpoint):
        raise ConfigurationError(
            f"{folder} has no matrix of a layer among its {len(checkpoint.tensors)} tensors. Name a complete model."
        )


def check_possible(
    checkpoint: Checkpoint, scheme: CompressionScheme, target: Target, accelerator: bool
) -> tuple[str, ...]:
    """Return warnings.

    Raises ConfigurationError for a scheme that does not suit the model or the target, ServingError for what this
    machine lacks.
    """
    if scheme.method.algorithm == "awq" and not accelerator:
        raise ServingError(
            "AWQ needs an accelerator, and this machine has none: LLM Compressor 0.14 pins its activations to one. "
            "Use --scheme w4a16 (GPTQ), which is stored and served in the same way."
        )
    check_mixture(checkpoint, scheme, target)
    if faults := list(_indivisible(checkpoint, scheme)):
        more = f" and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        raise ConfigurationError(
            f"--scheme {scheme.method.name} shares scales in groups of {scheme.method.storage.group}, which do not "
            f"divide {'; '.join(faults[:_NAMED])}{more}. {_smaller(scheme)}Use a scheme with a scale for each channel: "
            "w8a8 or fp8."
        )
    if scheme.needs_prompts and not checkpoint.has_chat_template:
        raise ConfigurationError(
            f"{checkpoint.folder} has no chat template (chat_template.jinja, or in tokenizer_config.json), so prompts "
            "cannot be rendered as they are served. Take the instruction-tuned model, or add its template."
        )
    reason = target.missing_kernel(scheme)
    if reason is not None and target.gpu is not None:
        raise ConfigurationError(f"--scheme {scheme.method.name}: {reason}.")
    warnings = [f"{reason}. The checkpoint can be made here, and served elsewhere."] if reason else []
    if target.gpu is None and scheme.method.storage.arithmetic == "fp8" and reason is None:
        warnings.append(_fp8_on_a_processor(checkpoint))
    return (*warnings, PRUNING) if scheme.pruning else tuple(warnings)


def _fp8_on_a_processor(checkpoint: Checkpoint) -> str:
    operations = 2.0 * sum(tensor.parameters for tensor in compressible(checkpoint))
    seconds = 1000 * operations / FP8_ON_A_PROCESSOR
    return (
        "For FP8 on a CPU vLLM has only a reference loop: a thousand tokens of this model may take "
        f"{duration(seconds)} there, in the check as well. For a CPU make w8a8, or fp8-block where it has AMX."
    )


def check_space(estimate: Estimate, out: Path) -> None:
    """Raise ServingError when the memory or the disk is too small."""
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
    """Return the bytes that this process may still take; infinite where the system does not state it (no Linux)."""
    return find_memory(proc, cgroup)[1] if (proc / "meminfo").exists() else float("inf")


def _indivisible(checkpoint: Checkpoint, scheme: CompressionScheme) -> Iterator[str]:
    group = scheme.method.storage.group
    if group is None:
        return
    for tensor in compressible(checkpoint):
        sides = tensor.shape[-2:] if scheme.method.blocks else tensor.shape[-1:]
        if any(side % group for side in sides):
            yield f"{tensor.name} ({' x '.join(map(str, tensor.shape))})"


def _smaller(scheme: CompressionScheme) -> str:
    if not scheme.method.grouped:
        return ""
    return (
        "Omit --group-size to take the largest that fits. "
        if scheme.group_size
        else "Groups of 64 and 32 do not either. "
    )


def _existing(folder: Path) -> Path:
    absolute = folder.absolute()
    return next(place for place in (absolute, *absolute.parents) if place.exists())


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
