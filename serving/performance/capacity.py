"""How many requests one replica serves: by memory, by service level, and which of the two limits it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from serving.model.kv_cache import bytes_per_request, users_by_memory
from serving.model.schemes import weight_bytes
from serving.performance.roofline import Load, Roofline
from serving.performance.slo import Slo

_MOST = 1 << 14


@dataclass(frozen=True, slots=True)
class Capacity:
    """Requests in flight on one replica.

    serves              whether the lightest load meets the service level; if not, `full` is that load
    limited_by          what limits it
    full                the load at the limit
    by_memory, by_slo   requests in flight by either limit; None where both were measured together
    """

    serves: bool
    limited_by: str
    full: Load
    by_memory: int | None = None
    by_slo: int | None = None


@dataclass(frozen=True, slots=True)
class DoesNotFit:
    """Weights, or weights and one request's cache, need more memory than the replica has. Bytes."""

    needed: float
    available: float


def estimate_capacity(roofline: Roofline, slo: Slo) -> Capacity | DoesNotFit:
    """Estimate the capacity of a replica from first principles."""
    tokens = roofline.prompt_tokens + roofline.answer_tokens
    request = bytes_per_request(roofline.shape, tokens, roofline.kv_type, roofline.replica.tensor)
    weights = weight_bytes(roofline.shape, roofline.scheme)
    free = roofline.corrections.cache * (roofline.replica.memory_for_model - weights)
    by_memory = users_by_memory(free, request)
    if by_memory < 1:
        return DoesNotFit(weights + request, roofline.replica.memory_for_model)
    by_slo = _last(lambda n: not slo.missed(roofline.load(n).latency), _MOST)
    if by_slo < 1:
        alone = roofline.load(1)
        return Capacity(False, " and ".join(slo.missed(alone.latency)), alone, by_memory, by_slo)
    sequences = roofline.replica.gpu.data_sheet.sequences * roofline.replica.pipeline
    served = min(by_memory, by_slo, sequences)
    missed = slo.missed(roofline.load(served + 1).latency) if served == by_slo else ()
    limited_by = " and ".join(missed) or ("memory" if served == by_memory else "--max-num-seqs")
    return Capacity(True, limited_by, roofline.load(served), by_memory, by_slo)


def users_served(load: Load, pause_seconds: float) -> int:
    """Return the people whom a replica at this load serves, 1 or more; each pauses so long before a next question."""
    return max(1, int(load.in_flight + load.rate * pause_seconds + 1e-9))


def at_users(load: Callable[[float], Load], users: float, pause_seconds: float) -> Load:
    """Return the load when `users` people each pause `pause_seconds` between an answer and their next question.

    Little's law: users = in flight + rate x pause. With less than one request in flight, none waits for another.
    """
    low, high = 0.0, users
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _users(load, middle, pause_seconds) < users else (low, middle)
    return _scaled(load, high)


def _users(load: Callable[[float], Load], in_flight: float, pause_seconds: float) -> float:
    return in_flight + _scaled(load, in_flight).rate * pause_seconds


def _scaled(load: Callable[[float], Load], in_flight: float) -> Load:
    if in_flight >= 1:
        return load(in_flight)
    alone = load(1)
    return Load(in_flight, in_flight * alone.rate, alone.latency)


def _last(holds: Callable[[int], bool], most: int) -> int:
    """Return the largest n up to `most` for which a monotone condition holds; 0 when none does."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
