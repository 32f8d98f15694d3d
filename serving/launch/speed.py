"""How fast the processor of this machine multiplies and reads, in the form of a Gpu, so that the roofline can be used.

A processor is in no table. It is measured for about half a second with the operation that an answer consists of, in
the type in which the model is served: `linear`, with the rows of a prompt and with one row. Neither `@` nor a sum would
do: in bfloat16 on AVX2 `@` is fifty times slower than `linear`, and a sum reads memory twice as fast as a product with
one row does.

The sizes follow a first, tiny product, so that a processor that is slow in this type is measured as quickly.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from serving.hardware.dtype import Dtype
from serving.hardware.gpu import DataSheet, Gpu
from serving.hardware.machine import Machine
from serving.performance.roofline import BANDWIDTH_EFFICIENCY, COMPUTE_EFFICIENCY

Size = TypeVar("Size")
PROCESSOR = "processor"
"""The name of a processor in the place of a GPU."""
_PRODUCTS = ((16, 256), (64, 512), (256, 1024), (512, 2048))
"""Rows of a prompt, and the side of the matrix: 2 million to 4 billion operations."""
_SIDE = 2048
_MATRICES = (1, 8, 32)
"""Matrices of this side that are read; 32 take 256 MiB in 16 bits, more than any cache of a processor holds."""
_ONCE_SECONDS = 0.1
"""No single product or reading is expected to take longer, except for the smallest."""
_MEASURED_SECONDS = 0.2
CPU_SEQUENCES = 128
"""vLLM 0.32's default --max-num-seqs on a processor."""


@dataclass(frozen=True, slots=True)
class ProcessorSpeed:
    """Operations and bytes a second that a processor was measured to reach."""

    flops: float
    bandwidth: float


def measure_processor(dtype: Dtype) -> ProcessorSpeed:
    """Multiply and read for about half a second, and return the speed. PyTorch is loaded, which takes a second more.

    vLLM reserves one core for its server (VLLM_CPU_NUM_OF_RESERVED_CPU), and so does this. On a busy machine it
    measures what other programs leave free.
    """
    import torch

    torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) - 1))
    number = getattr(torch, dtype)

    def multiply(size: tuple[int, int]) -> Callable[[], object]:
        rows, width = size
        prompt, weights = torch.rand(rows, width).to(number), torch.rand(width, width).to(number)
        return lambda: torch.nn.functional.linear(prompt, weights)

    def read(count: int) -> Callable[[], object]:
        # Filled, because memory that was never written to is one page of zeros, which stays in the cache.
        token, layers = torch.ones(1, _SIDE, dtype=number), torch.ones(count, _SIDE, _SIDE, dtype=number)
        return lambda: [torch.nn.functional.linear(token, layer) for layer in layers]

    with torch.inference_mode():
        flops = _rate(_PRODUCTS, lambda size: 2 * size[0] * size[1] ** 2, multiply)
        bandwidth = _rate(_MATRICES, lambda count: count * _SIDE**2 * number.itemsize, read)
    return ProcessorSpeed(flops, bandwidth)


def processor_as_gpu(measured: ProcessorSpeed, machine: Machine) -> Gpu:
    """Return a processor in the form of a GPU.

    The roofline reaches a share of a data sheet's figures: these are chosen so that it reaches what was measured. Its
    arithmetic is called "bf16", as that of weights that are not quantized, also where it was measured in float32.
    """
    sheet = DataSheet(
        bandwidth=measured.bandwidth / BANDWIDTH_EFFICIENCY,
        link=measured.bandwidth,
        per_server=1,
        sequences=CPU_SEQUENCES,
        flops={"bf16": measured.flops / COMPUTE_EFFICIENCY["bf16"]},
        source="measured on this machine",
    )
    return Gpu(PROCESSOR, 0.0, machine.memory, sheet=sheet)


def _rate(
    sizes: Sequence[Size], amount: Callable[[Size], float], prepare: Callable[[Size], Callable[[], object]]
) -> float:
    """Return operations or bytes a second, measured with the largest size that is expected to be quick enough."""
    size, *larger = sizes
    work = _warm(prepare(size))
    rate = amount(size) / _seconds(work)
    for next_size in larger:
        if amount(next_size) / rate > _ONCE_SECONDS:
            break
        size, work = next_size, _warm(prepare(next_size))
        rate = amount(size) / _seconds(work)
    return amount(size) / min(_seconds(work) for _ in _until(_MEASURED_SECONDS))


def _warm(work: Callable[[], object]) -> Callable[[], object]:
    """Return the work, done once: its first time includes the choice of a kernel."""
    work()
    return work


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _until(seconds: float) -> Iterator[None]:
    """Yield until the time is over, once at least."""
    end = time.perf_counter() + seconds
    yield
    while time.perf_counter() < end:
        yield
