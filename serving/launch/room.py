"""What fits: the weights, a cache beside them, and on how many GPUs.

    processor   available memory - weights - vLLM's own - a tenth of the machine for the app and the system
    GPUs        GPUs x (vLLM's share of their memory - 2 GB) - weights, as in the planner

Not covered: the peak while weights are repacked for a kernel, the cache of a draft model, activations of very long
prompts, pipelines over several servers.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import ServingError
from serving.machine import GraphicsCard, Machine
from serving.plan.hardware import RESERVED_BYTES, USABLE_MEMORY
from serving.plan.shape import ModelShape

PROCESS_BYTES = 2.5e9
"""What vLLM takes on a processor besides weights and cache: the API server's and the engine's Python with PyTorch, and
activations. Measured with models of 3 million and half a billion parameters: 2.0 and 2.1 GB (docs/launch.md)."""
_SPARE = 0.1
_FREE_MARGIN = 0.02
"""Of a GPU's memory, left for what grows beside vLLM when somebody else uses the card too."""


@dataclass(frozen=True, slots=True)
class Room:
    """`tensor` GPUs hold one copy, `copies` run side by side. Bytes of one copy: `weights`, and `cache` at most.

    `share`: of each GPU's memory that vLLM may take; None on a processor.
    """

    weights: float
    cache: float
    tensor: int = 1
    copies: int = 1
    share: float | None = None


def processor_room(machine: Machine, weights: float, least: float) -> Room:
    """Room in memory. `least` is the cache of the longest request, in bytes. Raises ServingError with the figures."""
    cache = machine.available - weights - PROCESS_BYTES - _SPARE * machine.memory
    if cache < least:
        needed = weights + PROCESS_BYTES + _SPARE * machine.memory + least
        raise ServingError(
            f"Not enough memory: {_gb(needed)} are needed (weights {_gb(weights)}, cache of the longest request "
            f"{_gb(least)}, vLLM {_gb(PROCESS_BYTES)}, left for the system {_gb(_SPARE * machine.memory)}), "
            f"{_gb(machine.available)} of {_gb(machine.memory)} are available. End other programs, shorten --context, "
            "or serve a smaller or compressed model (groundwork model compress)."
        )
    return Room(weights, cache)


def card_rooms(
    cards: tuple[GraphicsCard, ...], shape: ModelShape, weights: float, least: dict[int, float]
) -> list[Room]:
    """Ways to spread the model over equal GPUs, fewest a copy first. `least`: the longest request's cache, by GPUs.

    Raises ServingError with the figures when there is none.
    """
    card = min(cards, key=lambda each: each.free)
    share = min(USABLE_MEMORY, int(100 * (card.free / card.memory - _FREE_MARGIN)) / 100)
    rooms = []
    for tensor, cache_needed in least.items():
        if shape.attention.heads % tensor or tensor > len(cards):
            continue
        cache = tensor * (card.memory * share - RESERVED_BYTES) - weights
        if cache >= cache_needed:
            rooms.append(Room(weights, cache, tensor, len(cards) // tensor, share))
    if not rooms:
        most = max(count for count in least if count <= len(cards))
        needed = weights + least[most] + most * RESERVED_BYTES
        raise ServingError(
            f"Not enough GPU memory: {_gb(needed)} are needed (weights {_gb(weights)}, cache of the longest request "
            f"{_gb(least[most])}, vLLM {_gb(most * RESERVED_BYTES)}); {most} x {card.name} with {share:.0%} of "
            f"{_gb(card.memory)} give {_gb(most * card.memory * share)}. Free the GPUs, shorten --context, or serve a "
            "smaller or compressed model (groundwork model compress)."
        )
    return rooms


def _gb(value: float) -> str:
    return f"{value / 1e9:,.1f} GB"
