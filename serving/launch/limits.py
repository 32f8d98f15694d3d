"""How many requests vLLM runs at once, and how many wait: from the service level and the estimated speed.

    sequences       latency, cpu: the most requests for which the estimate meets the service level, the wait for others'
                    prompts included. Where even one request misses it: up to the knee, the number from which a larger
                    batch only slows every request (reading the weights takes no longer than multiplying them).
                    throughput: what the cache holds
    chunk           latency, cpu: tokens in one step, so that a step that reads a prompt stays within the ITL limit, but
                    at least twice what the sequences need in the long run (each has a prompt for every answer), or
                    prompts would pile up; throughput: vLLM's default for offline work
    queued tokens   TTFT limit x tokens of prompts read a second: more cannot begin in time (vLLM's own rule for
                    --max-num-queued-tokens), but never so few that one longest request keeps the next one out
    queued requests sequences, and the prompts that are read within the TTFT limit

The estimates are the planner's roofline with its errors (docs/capacity.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from serving.launch.memory import MemoryBudget
from serving.launch.request import Profile
from serving.launch.speed import PROCESSOR
from serving.model.kv_cache import bytes_per_request, users_by_memory
from serving.model.schemes import bytes_read
from serving.performance.capacity import DoesNotFit, estimate_capacity
from serving.performance.roofline import BANDWIDTH_EFFICIENCY, COMPUTE_EFFICIENCY, Roofline
from serving.performance.slo import Slo

_LARGE_GPU = 70 * (1 << 30)
_DEFAULT_CHUNK = {"processor": (2048, 4096), "gpu": (2048, 8192), "large gpu": (8192, 16384)}
"""vLLM 0.32's defaults for --max-num-batched-tokens: of its server, and of offline work (EngineArgs)."""
_LEAST_CHUNK = 256
"""Matrices of fewer rows do not make use of the machine's arithmetic."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A number, and the reason for it."""

    value: int
    reason: str


def limit_sequences(profile: Profile, budget: MemoryBudget, roofline: Roofline, slo: Slo) -> Limit:
    """Return the requests in one batch of one copy."""
    tokens = roofline.prompt_tokens + roofline.answer_tokens
    request = bytes_per_request(roofline.shape, tokens, roofline.kv_type, roofline.replica.tensor)
    held = users_by_memory(budget.cache, request)
    default = roofline.replica.gpu.data_sheet.sequences
    candidates = {
        "the cache holds no more usual requests": max(1, held),
        "vLLM's own limit here": default,
    }
    if profile != "throughput":
        candidates |= _by_service_level(roofline, slo)
    reason = min(candidates, key=lambda each: candidates[each])
    return Limit(candidates[reason], reason)


def _by_service_level(roofline: Roofline, slo: Slo) -> dict[str, int]:
    capacity = estimate_capacity(roofline, slo)
    if isinstance(capacity, DoesNotFit):
        # The estimate counts the weights by their scheme, but the files show that they fit: memory is the limit.
        return {}
    if capacity.by_slo:
        return {f"more would miss {slo} by estimate": capacity.by_slo}
    return {f"one request alone misses {slo} by estimate; beyond this a larger batch only slows all": knee(roofline)}


def knee(roofline: Roofline) -> int:
    """Return the requests in a batch whose arithmetic takes as long as reading the weights, at least 1."""
    sheet = roofline.replica.gpu.data_sheet
    reading = bytes_read(roofline.shape, roofline.scheme, 1) / (sheet.bandwidth * BANDWIDTH_EFFICIENCY)
    operations = 2 * (roofline.shape.active_parameters + roofline.shape.head_parameters)
    rate = sheet.flops[roofline.arithmetic] * COMPUTE_EFFICIENCY[roofline.arithmetic]
    return max(1, round(reading * rate / operations))


def limit_chunk(profile: Profile, sequences: int, roofline: Roofline, slo: Slo) -> Limit:
    """Return the tokens in one step of one copy."""
    gpu = roofline.replica.gpu
    kind = "processor" if gpu.name == PROCESSOR else "large gpu" if gpu.memory >= _LARGE_GPU else "gpu"
    served, offline = _DEFAULT_CHUNK[kind]
    if profile == "throughput":
        return Limit(offline, "large steps: vLLM's default for offline work, where no user waits for a single token")
    if slo.itl is None:
        return Limit(max(served, sequences), "vLLM's default; there is no ITL limit")
    spare = slo.itl / 1000 - roofline.step_seconds(sequences)
    quick = max(0, int(spare * prompt_rate(roofline)))
    needed = 2 * sequences * (roofline.prompt_tokens + roofline.answer_tokens) / roofline.answer_tokens
    chunk = min(served, _power_of_two(max(quick, needed, _LEAST_CHUNK)))
    if quick >= needed:
        return Limit(max(chunk, sequences), f"a step that reads a prompt stays within ITL {slo.itl:g} ms by estimate")
    return Limit(
        max(chunk, sequences),
        f"as small as possible while the prompts of {sequences} requests are still read between their tokens",
    )


def _power_of_two(value: float) -> int:
    """Return the largest one that is not above the value."""
    return 1 << int(value).bit_length() - 1


def limit_queued_tokens(copies: int, roofline: Roofline, slo: Slo, longest: int) -> Limit | None:
    """Return the prompt tokens that may wait or be read, over all copies; None without a TTFT limit.

    vLLM refuses a request when the tokens before it have reached the limit, its own not counted. `longest` are the
    tokens of the longest request.
    """
    if slo.ttft is None:
        return None
    rate = prompt_rate(roofline) * copies
    in_time = int(rate * slo.ttft / 1000)
    least = max(2 * roofline.prompt_tokens, longest + 1)
    if in_time < least:
        return Limit(
            least,
            f"more than the longest request and two usual ones: {rate:,.0f} tokens/s are too slow to read these within "
            f"TTFT {slo.ttft:g} ms",
        )
    return Limit(
        in_time, f"TTFT {slo.ttft:g} ms x {rate:,.0f} prompt tokens/s: later requests are refused at once (503)"
    )


def limit_queued_requests(sequences: int, copies: int, roofline: Roofline, slo: Slo) -> Limit:
    """Return the requests that may run or wait, over all copies."""
    running = sequences * copies
    if slo.ttft is None:
        return Limit(2 * running, f"{running} run, and as many wait")
    waiting = max(1, int(slo.ttft / 1000 / roofline.prompt_seconds() * copies))
    return Limit(running + waiting, f"{running} run, and {waiting} prompts are read within TTFT {slo.ttft:g} ms")


def prompt_rate(roofline: Roofline) -> float:
    """Return the tokens of usual prompts that one copy reads a second."""
    return roofline.prompt_tokens / roofline.prompt_seconds()
