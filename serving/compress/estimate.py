"""What a compression will take, before it begins: size, memory, time.

Time is counted in operations and divided by what this processor reached a moment ago on a matrix product:

    pass over the data    2 · parameters · tokens, twice: once to look, once with the layer compressed
    Hessians              2 · tokens · columns² a matrix                            (GPTQ, SparseGPT)
    solving               columns³ + rows · columns² a matrix, and 80 µs a column   (GPTQ, SparseGPT)
    data-free             the weights, read and written

Not covered: a run on an accelerator (its time is told as unknown), and how much other work slows this one down.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import ceil

import numpy as np

from serving.compress.calibration import Calibration
from serving.compress.checkpoint import Checkpoint, is_compressible
from serving.compress.methods import Wish
from serving.plan.shape import Linear
from serving.safetensors import Tensor

CHARACTERS_A_TOKEN = 4
"""Of English with a vocabulary of 32,000 or more; a small vocabulary has fewer, so that a run takes longer."""
_SOLVERS = ("gptq", "smoothquant+gptq")
_START_SECONDS = 10.0
_COLUMN_SECONDS = 80e-6
_CONVERTED_BYTES_A_SECOND = 150e6
_BASE_BYTES = 0.75e9
_BASE_BYTES_DATA_FREE = 0.5e9
"""LLM Compressor with a model of no size (measured: .76 to .94 GB and .49 GB with the tiny one)."""
_PROBE = 768


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes, bits and seconds. `seconds` is None where nothing is known of the processor's speed.

    `bytes_aside` is what lies on the disk until the end: the layers that are done, to go on from when it is cut off.
    """

    bytes_before: float
    bytes_after: float
    bytes_aside: float
    bits_per_weight: float
    memory: float
    seconds: float | None


def estimate(checkpoint: Checkpoint, wish: Wish, calibration: Calibration | None, max_tokens: int) -> Estimate:
    """Without loading a weight. `calibration` is None for a scheme that needs none."""
    after = sum(
        compressed_bytes(tensor, wish) if is_compressible(tensor) else tensor.bytes for tensor in checkpoint.tensors
    )
    return Estimate(
        bytes_before=checkpoint.bytes,
        bytes_after=after,
        bytes_aside=sum(tensor.bytes for tensor in checkpoint.matrices) if _layers_are_kept(wish) else 0,
        bits_per_weight=8 * after / checkpoint.parameters,
        memory=_memory(checkpoint, wish, calibration, max_tokens),
        seconds=_seconds(checkpoint, wish, calibration, max_tokens),
    )


def compressed_bytes(tensor: Tensor, wish: Wish) -> float:
    """Of one matrix, or of a stack of experts' matrices, with its scales."""
    storage = wish.method.storage
    if storage.name == "bf16":
        return tensor.bytes
    *stack, rows, columns = tensor.shape
    count = stack[0] if stack else 1
    if wish.method.blocks and storage.group:
        scales = count * ceil(rows / storage.group) * ceil(columns / storage.group) * 2
        return tensor.parameters * storage.weight_bits / 8 + scales
    return storage.linear_bytes(Linear("dense", rows, columns, count))


def _tokens(calibration: Calibration, max_tokens: int) -> int:
    return min(calibration.characters // CHARACTERS_A_TOKEN, len(calibration.lines) * max_tokens)


def _memory(checkpoint: Checkpoint, wish: Wish, calibration: Calibration | None, max_tokens: int) -> float:
    largest = max(tensor.parameters for tensor in checkpoint.tensors)
    if calibration is None:
        files = {tensor.file for tensor in checkpoint.tensors}
        shard = max(sum(tensor.bytes for tensor in checkpoint.tensors if tensor.file == file) for file in files)
        return _BASE_BYTES_DATA_FREE + 2 * shard + 12 * largest
    hidden, vocabulary = checkpoint.number("hidden_size"), checkpoint.number("vocab_size")
    tokens = _tokens(calibration, max_tokens)
    longest = min(max_tokens, max(map(len, calibration.lines)) // CHARACTERS_A_TOKEN)
    layers = max(1, checkpoint.number("num_hidden_layers"))
    hessians = sum(4 * tensor.shape[-1] ** 2 for tensor in checkpoint.matrices) / layers if _solves(wish) else 0
    # The states between two layers, and the output head's logits of one sample.
    return (
        _BASE_BYTES + 1.5 * checkpoint.bytes + hessians + 12 * largest + tokens * hidden * 4 + longest * vocabulary * 4
    )


def _solves(wish: Wish) -> bool:
    """Once at most: pruned weights are rounded, not solved for a second time."""
    return wish.pruning.method == "sparsegpt" if wish.pruning else wish.method.algorithm in _SOLVERS


def _layers_are_kept(wish: Wish) -> bool:
    return wish.pruning is not None or wish.method.algorithm in _SOLVERS


def _seconds(checkpoint: Checkpoint, wish: Wish, calibration: Calibration | None, max_tokens: int) -> float | None:
    if calibration is None:
        return _START_SECONDS + (checkpoint.bytes + checkpoint.parameters) / _CONVERTED_BYTES_A_SECOND
    tokens = _tokens(calibration, max_tokens)
    parameters = sum(tensor.parameters for tensor in checkpoint.matrices)
    operations = passes(wish) * 4.0 * parameters * tokens
    columns = 0
    for tensor in checkpoint.matrices if _solves(wish) else ():
        width, count = tensor.shape[-1], tensor.parameters // (tensor.shape[-1] * tensor.shape[-2])
        operations += 2.0 * tokens * width**2 + count * (width**3 + tensor.shape[-2] * width**2)
        columns += count * width
    return _START_SECONDS + columns * _COLUMN_SECONDS + operations / measured_operations_a_second()


def passes(wish: Wish) -> int:
    """How often the data run through the model: once for each modifier that looks at them."""
    smoothed = wish.method.algorithm in ("smoothquant+gptq", "awq")
    fitted = wish.method.algorithm in _SOLVERS and wish.pruning is None
    observed = not fitted and (wish.kv_cache is not None or wish.method.name == "nvfp4")
    return (wish.pruning is not None) + smoothed + fitted + observed


def measured_operations_a_second() -> float:
    """The best of three products of two float32 matrices, in a few hundredths of a second."""
    matrix = np.ones((_PROBE, _PROBE), dtype=np.float32)
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        matrix @ matrix
        best = min(best, time.perf_counter() - began)
    return float(2 * _PROBE**3 / best)


def duration(seconds: float) -> str:
    """In the unit that people would take."""
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} minutes" if seconds < 5400 else f"about {seconds / 3600:.1f} hours"
