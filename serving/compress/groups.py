"""How many INT4 weights share a scale: the largest standard group that divides the columns of every matrix.

A group of another size would cross the end of a row. The sizes are those of vLLM's kernels: Marlin takes 32, 64 and 128
(`MARLIN_SUPPORTED_GROUP_SIZES`), the CPU's takes any even number. A smaller group costs memory, 16 bits a scale, and
keeps more of the weights.
"""

from __future__ import annotations

from dataclasses import replace

from core.errors import ConfigurationError
from serving.checkpoint.read import Checkpoint
from serving.compress.matrices import compressible
from serving.compress.methods import CompressionScheme

GROUP_SIZES = (128, 64, 32)


def check_group_size(scheme: CompressionScheme) -> None:
    """Raise ConfigurationError for a requested group that is not standard, or that the scheme does not have."""
    wanted = scheme.group_size
    if wanted is None:
        return
    if not scheme.method.grouped:
        raise ConfigurationError(
            f"--group-size is {wanted}, but {scheme.method.name} has no groups to choose. Omit it, or use --scheme "
            "w4a16."
        )
    if wanted not in GROUP_SIZES:
        sizes = ", ".join(map(str, GROUP_SIZES))
        raise ConfigurationError(f"--group-size is {wanted}; vLLM's kernels take one of {sizes}.")


def fit_groups(scheme: CompressionScheme, checkpoint: Checkpoint) -> CompressionScheme:
    """Return the scheme with the requested group, else the largest one that fits; unchanged when none does."""
    if not scheme.method.grouped:
        return scheme
    columns = {tensor.shape[-1] for tensor in compressible(checkpoint)}
    fitting = (size for size in GROUP_SIZES if not any(number % size for number in columns))
    size = scheme.group_size or next(fitting, GROUP_SIZES[0])
    return replace(scheme, method=replace(scheme.method, storage=replace(scheme.method.storage, group=size)))
