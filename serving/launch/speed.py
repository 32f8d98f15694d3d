"""How fast the processor of this machine multiplies and reads, in the form of a Gpu, so that the roofline can be used.

A processor is in no table: it is measured for half a second with the operations that an answer consists of: bf16
matrices times the rows of a prompt, and times one row. Summing numbers would measure the wrong thing: it reads memory
twice as fast as multiplying by one row does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from serving.hardware.gpu import DataSheet, Gpu
from serving.hardware.machine import Machine
from serving.performance.roofline import BANDWIDTH_EFFICIENCY, COMPUTE_EFFICIENCY

PROCESSOR = "processor"
"""The name of a processor in the place of a GPU."""
_ROWS, _WIDTH = 512, 2048
_MATRICES, _SIDE = 8, 4096
"""256 MiB, more than any cache of a processor holds."""
_MEASURED_SECONDS = 0.2
CPU_SEQUENCES = 128
"""vLLM 0.32's default --max-num-seqs on a processor."""


@dataclass(frozen=True, slots=True)
class ProcessorSpeed:
    """Operations and bytes a second that a processor was measured to reach."""

    flops: float
    bandwidth: float


def measure_processor() -> ProcessorSpeed:
    """Multiply and read for about half a second, and return the speed. PyTorch is loaded, which takes a second more.

    vLLM reserves one core for its server (VLLM_CPU_NUM_OF_RESERVED_CPU), and so does this. On a busy machine it
    measures what other programs leave free.
    """
    import torch

    torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) - 1))
    prompt = torch.rand(_ROWS, _WIDTH).bfloat16()
    weights = torch.rand(_WIDTH, _WIDTH).bfloat16()
    operations = 2 * _ROWS * _WIDTH * _WIDTH
    token = torch.rand(1, _SIDE).bfloat16()
    layers = [torch.rand(_SIDE, _SIDE).bfloat16() for _ in range(_MATRICES)]
    bytes_read = sum(layer.numel() * layer.element_size() for layer in layers)

    def read_all() -> None:
        for layer in layers:
            torch.nn.functional.linear(token, layer)

    return ProcessorSpeed(operations / _seconds(lambda: prompt @ weights), bytes_read / _seconds(read_all))


def processor_as_gpu(measured: ProcessorSpeed, machine: Machine) -> Gpu:
    """Return a processor in the form of a GPU.

    The roofline reaches a share of a data sheet's figures: these are chosen so that it reaches what was measured.
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


def _seconds(work: Callable[[], object]) -> float:
    """Return the seconds of the fastest repetition within the time, after one to warm up."""
    work()
    end = time.perf_counter() + _MEASURED_SECONDS
    best = float("inf")
    while time.perf_counter() < end:
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best
