"""What fits into memory: the weights, a cache beside them, and on how many GPUs.

    processor   available memory - weights - vLLM itself - a tenth of the machine for the app and the system
    GPUs        GPUs x (vLLM's share of their memory - 2 GB) - weights, as in the planner

Not covered: the peak while weights are repacked for a kernel, the cache of a draft model on a GPU, activations of very
long prompts, pipelines over several servers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import ServingError
from serving.hardware.gpu import RESERVED_BYTES, USABLE_MEMORY, Gpu
from serving.hardware.machine import Machine

PROCESS_BYTES = 2.5e9
"""What vLLM takes on a processor besides weights and cache: the API server's and the engine's Python with PyTorch, and
activations. Measured with models of 3 million and half a billion parameters: 2.0 and 2.1 GB (docs/launch.md)."""
_SPARE = 0.1
_FREE_MARGIN = 0.02
"""Share of a GPU's memory that is kept free where another process uses the GPU, too, and may grow."""


@dataclass(frozen=True, slots=True)
class MemoryBudget:
    """Memory for one copy of the model.

    weights     bytes
    cache       bytes at most
    tensor      GPUs that hold one copy
    copies      copies side by side
    share       of each GPU's memory that vLLM may take; None on a processor
    """

    weights: float
    cache: float
    tensor: int = 1
    copies: int = 1
    share: float | None = None


def processor_budget(machine: Machine, weights: float, least: float) -> MemoryBudget:
    """Return the budget of a processor. `least` is the cache of the longest request, in bytes.

    Raises ServingError with the figures when it does not fit.
    """
    cache = machine.available - weights - PROCESS_BYTES - _SPARE * machine.memory
    if cache < least:
        needed = weights + PROCESS_BYTES + _SPARE * machine.memory + least
        raise ServingError(
            f"Not enough memory: {_gb(needed)} are needed (weights {_gb(weights)}, cache of the longest request "
            f"{_gb(least)}, vLLM {_gb(PROCESS_BYTES)}, left for the system {_gb(_SPARE * machine.memory)}), "
            f"{_gb(machine.available)} of {_gb(machine.memory)} are available. End other programs, shorten --context, "
            "or serve a smaller or compressed model (groundwork model compress)."
        )
    return MemoryBudget(weights, cache)


def gpu_budgets(gpus: tuple[Gpu, ...], weights: float, least: Mapping[int, float]) -> list[MemoryBudget]:
    """Return the ways to spread the model over equal GPUs, fewest a copy first.

    `least` is the cache of the longest request in bytes, by each number of GPUs that can hold one copy. Raises
    ServingError with the figures when the model fits in no way.
    """
    fullest = min(gpus, key=_free)
    share = min(USABLE_MEMORY, int(100 * (_free(fullest) / fullest.memory - _FREE_MARGIN)) / 100)
    budgets = []
    for tensor, cache_needed in least.items():
        if tensor > len(gpus):
            continue
        cache = tensor * (fullest.memory * share - RESERVED_BYTES) - weights
        if cache >= cache_needed:
            budgets.append(MemoryBudget(weights, cache, tensor, len(gpus) // tensor, share))
    if not budgets:
        most = max(count for count in least if count <= len(gpus))
        needed = weights + least[most] + most * RESERVED_BYTES
        raise ServingError(
            f"Not enough GPU memory: {_gb(needed)} are needed (weights {_gb(weights)}, cache of the longest request "
            f"{_gb(least[most])}, vLLM {_gb(most * RESERVED_BYTES)}); {most} x {fullest.name} with {share:.0%} of "
            f"{_gb(fullest.memory)} give {_gb(most * fullest.memory * share)}. Free the GPUs, shorten --context, or "
            "serve a smaller or compressed model (groundwork model compress)."
        )
    return budgets


def _free(gpu: Gpu) -> float:
    return gpu.memory if gpu.free is None else gpu.free


def _gb(value: float) -> str:
    return f"{value / 1e9:,.1f} GB"
