"""How fast this machine multiplies and reads, as a Gpu of the planner, so that its roofline can be used.

A GPU is looked up in the planner's table by its name. A processor is in no table: it is measured, half a second long,
with the operations that an answer consists of: bf16 matrices times the rows of a prompt, and times one row. Adding up
numbers would not do: it reads memory twice as fast as multiplying by one row does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from serving.machine import GraphicsCard, Machine
from serving.plan.hardware import Gpu, load_gpus
from serving.plan.roofline import BANDWIDTH_EFFICIENCY, COMPUTE_EFFICIENCY

_ROWS, _WIDTH = 512, 2048
_MATRICES, _SIDE = 8, 4096
"""256 MiB, more than any cache of a processor holds."""
_MEASURED_SECONDS = 0.2
CPU_SEQUENCES = 128
"""vLLM 0.32's default --max-num-seqs on a processor."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Operations and bytes a second that a processor reaches."""

    flops: float
    bandwidth: float


def measure_processor() -> Measured:
    """Multiply and read for about half a second. PyTorch is loaded for it, which takes a second more.

    vLLM leaves one core to its server (VLLM_CPU_NUM_OF_RESERVED_CPU), and so does this. On a busy machine it measures
    what is left.
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

    return Measured(operations / _seconds(lambda: prompt @ weights), bytes_read / _seconds(read_all))


def processor_as_gpu(measured: Measured, machine: Machine) -> Gpu:
    """The roofline takes a share of a data sheet's figures; these are given so that it takes what was measured."""
    return Gpu(
        name="processor",
        architecture="processor",
        memory=machine.memory,
        bandwidth=measured.bandwidth / BANDWIDTH_EFFICIENCY,
        link=measured.bandwidth,
        per_server=1,
        sequences=CPU_SEQUENCES,
        flops={"bf16": measured.flops / COMPUTE_EFFICIENCY["bf16"]},
        source="measured on this machine",
    )


def card_as_gpu(card: GraphicsCard) -> Gpu | None:
    """The planner's entry whose name is a word of the card's, "NVIDIA H100 80GB HBM3" for h100; None for no entry."""
    words = card.name.lower().replace("-", " ").split()
    return next((gpu for name, gpu in load_gpus().items() if name in words), None)


def _seconds(work: Callable[[], object]) -> float:
    """The fastest of the repetitions within the time, after one to warm up."""
    work()
    end = time.perf_counter() + _MEASURED_SECONDS
    best = float("inf")
    while time.perf_counter() < end:
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best
