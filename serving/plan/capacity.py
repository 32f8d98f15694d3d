"""How many requests one replica carries: by memory, by service level, and which of them ends it first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from serving.plan.kv_cache import bytes_per_request, users_by_memory
from serving.plan.roofline import Load, Roofline
from serving.plan.schemes import weight_bytes
from serving.plan.slo import Slo

_MOST = 1 << 14


@dataclass(frozen=True, slots=True)
class Capacity:
    """Requests in flight on one replica. `full` is the load at the limit, `limited_by` names what ends it.

    `by_memory` and `by_slo` are None where they were measured together. Without `serves`, even the lightest load
    misses a limit, and `full` is that load.
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
    """Capacity of a replica from first principles."""
    tokens = roofline.prompt_tokens + roofline.answer_tokens
    request = bytes_per_request(roofline.shape, tokens, roofline.kv_type, roofline.replica.tensor)
    weights = weight_bytes(roofline.shape, roofline.scheme)
    by_memory = users_by_memory(roofline.replica.memory_for_model - weights, request)
    if by_memory < 1:
        return DoesNotFit(weights + request, roofline.replica.memory_for_model)
    by_slo = _last(lambda n: not slo.missed(roofline.load(n).latency), _MOST)
    if by_slo < 1:
        alone = roofline.load(1)
        return Capacity(False, " and ".join(slo.missed(alone.latency)), alone, by_memory, by_slo)
    sequences = roofline.replica.gpu.sequences * roofline.replica.pipeline
    carried = min(by_memory, by_slo, sequences)
    missed = slo.missed(roofline.load(carried + 1).latency) if carried == by_slo else ()
    limited_by = " and ".join(missed) or ("memory" if carried == by_memory else "--max-num-seqs")
    return Capacity(True, limited_by, roofline.load(carried), by_memory, by_slo)


def at_users(load: Callable[[float], Load], users: float, pause_seconds: float) -> Load:
    """The load when `users` people each pause `pause_seconds` between an answer and their next question.

    Little's law: users = in flight + rate x pause. With less than one request in flight there is nobody to wait for.
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
    """The largest n up to `most` for which a monotone condition holds; 0 when none does."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
