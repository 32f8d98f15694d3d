"""Size, memory and time of a compression, estimated before it begins.

Time is counted in operations, and divided by the rate that this processor has just reached on a matrix product:

    pass over the data    2 · parameters · tokens, twice: once to observe, once with the layer compressed
    Hessians              2 · tokens · columns² a matrix                            (GPTQ, SparseGPT)
    solving               columns³ + rows · columns² a matrix, and 80 µs a column   (GPTQ, SparseGPT)
    data-free             the weights, read and written

Not covered: a run on an accelerator (its time is reported as unknown), and how much other programs slow it down.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import ceil

import numpy as np

from serving.checkpoint.read import Checkpoint
from serving.checkpoint.tensors import Tensor
from serving.compress.calibration import Calibration
from serving.compress.matrices import compressible, is_compressible
from serving.compress.methods import CompressionScheme
from serving.model.shape import Linear

CHARACTERS_A_TOKEN = 4
"""Of English with a vocabulary of 32,000 or more; a small vocabulary has fewer, so that a run takes longer."""
_SOLVERS = ("gptq", "smoothquant+gptq")
_START_SECONDS = 10.0
_COLUMN_SECONDS = 80e-6
_CONVERTED_BYTES_A_SECOND = 150e6
_BASE_BYTES = 0.75e9
_BASE_BYTES_DATA_FREE = 0.5e9
"""LLM Compressor itself, without and with a model in memory (measured with a tiny model: .76 to .94 GB and .49 GB)."""
_PROBE = 768


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes, bits and seconds. `seconds` is None where the speed of the hardware is unknown.

    `bytes_aside` are on the disk until the end: the layers that are done, from which a run that was cut off continues.
    """

    bytes_before: float
    bytes_after: float
    bytes_aside: float
    bits_per_weight: float
    memory: float
    seconds: float | None


def estimate(
    checkpoint: Checkpoint, scheme: CompressionScheme, calibration: Calibration | None, max_tokens: int
) -> Estimate:
    """Estimate without loading a weight. `calibration` is None for a scheme that needs no data."""
    after = sum(
        compressed_bytes(tensor, scheme) if is_compressible(tensor) else tensor.bytes for tensor in checkpoint.tensors
    )
    return Estimate(
        bytes_before=checkpoint.bytes,
        bytes_after=after,
        bytes_aside=sum(tensor.bytes for tensor in compressible(checkpoint)) if _layers_are_kept(scheme) else 0,
        bits_per_weight=8 * after / checkpoint.parameters,
        memory=_memory(checkpoint, scheme, calibration, max_tokens),
        seconds=_seconds(checkpoint, scheme, calibration, max_tokens),
    )


def compressed_bytes(tensor: Tensor, scheme: CompressionScheme) -> float:
    """Return the bytes of a matrix, or of a stack of experts' matrices, with its scales."""
    storage = scheme.method.storage
    if storage.name == "bf16":
        return tensor.bytes
    *stack, rows, columns = tensor.shape
    count = stack[0] if stack else 1
    if scheme.method.blocks and storage.group:
        scales = count * ceil(rows / storage.group) * ceil(columns / storage.group) * 2
        return tensor.parameters * storage.weight_bits / 8 + scales
    return storage.linear_bytes(Linear("dense", rows, columns, count))


def _tokens(calibration: Calibration, max_tokens: int) -> int:
    return min(calibration.characters // CHARACTERS_A_TOKEN, len(calibration.lines) * max_tokens)


def _memory(
    checkpoint: Checkpoint, scheme: CompressionScheme, calibration: Calibration | None, max_tokens: int
) -> float:
    largest = max(tensor.parameters for tensor in checkpoint.tensors)
    if calibration is None:
        files = {tensor.file for tensor in checkpoint.tensors}
        shard = max(sum(tensor.bytes for tensor in checkpoint.tensors if tensor.file == file) for file in files)
        return _BASE_BYTES_DATA_FREE + 2 * shard + 12 * largest
    hidden, vocabulary = checkpoint.number("hidden_size"), checkpoint.number("vocab_size")
    tokens = _tokens(calibration, max_tokens)
    longest = min(max_tokens, max(map(len, calibration.lines)) // CHARACTERS_A_TOKEN)
    layers = max(1, checkpoint.number("num_hidden_layers"))
    hessians = sum(4 * tensor.shape[-1] ** 2 for tensor in compressible(checkpoint)) / layers if _solves(scheme) else 0
    # The states between two layers, and the output head's logits of one sample.
    return (
        _BASE_BYTES + 1.5 * checkpoint.bytes + hessians + 12 * largest + tokens * hidden * 4 + longest * vocabulary * 4
    )


def _solves(scheme: CompressionScheme) -> bool:
    """Return whether layers are solved; pruned weights are rounded, not solved a second time."""
    return scheme.pruning.method == "sparsegpt" if scheme.pruning else scheme.method.algorithm in _SOLVERS


def _layers_are_kept(scheme: CompressionScheme) -> bool:
    return scheme.pruning is not None or scheme.method.algorithm in _SOLVERS


def _seconds(
    checkpoint: Checkpoint, scheme: CompressionScheme, calibration: Calibration | None, max_tokens: int
) -> float | None:
    if calibration is None:
        return _START_SECONDS + (checkpoint.bytes + checkpoint.parameters) / _CONVERTED_BYTES_A_SECOND
    tokens = _tokens(calibration, max_tokens)
    parameters = sum(tensor.parameters for tensor in compressible(checkpoint))
    operations = passes(scheme) * 4.0 * parameters * tokens
    columns = 0
    for tensor in compressible(checkpoint) if _solves(scheme) else ():
        width, count = tensor.shape[-1], tensor.parameters // (tensor.shape[-1] * tensor.shape[-2])
        operations += 2.0 * tokens * width**2 + count * (width**3 + tensor.shape[-2] * width**2)
        columns += count * width
    return _START_SECONDS + columns * _COLUMN_SECONDS + operations / measured_operations_a_second()


def passes(scheme: CompressionScheme) -> int:
    """Return how often the data run through the model: once for each modifier, and once for SmoothQuant and GPTQ."""
    fitted = scheme.method.algorithm in _SOLVERS and scheme.pruning is None
    smoothed = scheme.method.algorithm in ("smoothquant+gptq", "awq") and not fitted
    observed = not fitted and (scheme.kv_cache is not None or scheme.method.name == "nvfp4")
    return (scheme.pruning is not None) + smoothed + fitted + observed


def measured_operations_a_second() -> float:
    """Measure the best of three products of two float32 matrices, which takes a few hundredths of a second."""
    matrix = np.ones((_PROBE, _PROBE), dtype=np.float32)
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        matrix @ matrix
        best = min(best, time.perf_counter() - began)
    return float(2 * _PROBE**3 / best)


def duration(seconds: float) -> str:
    """Return a time in words, in seconds, minutes or hours."""
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} minutes" if seconds < 5400 else f"about {seconds / 3600:.1f} hours"
