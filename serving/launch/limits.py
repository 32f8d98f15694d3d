"""How much vLLM does at once, and how much it lets wait: from the service level and the estimated speed.

    sequences       latency, cpu: the most requests for which the estimate meets the service level, the wait for others'
                    prompts included. Where even one request misses it: up to the knee, the number from which a larger
                    batch only makes everybody slower (reading the weights takes no longer than multiplying them).
                    throughput: what the cache holds
    chunk           latency, cpu: tokens in one step, so that a step that reads a prompt stays within the ITL limit, but
                    twice what the sequences need in the long run (each brings a prompt for every answer), or prompts
                    would pile up; throughput: vLLM's default for work that nobody waits for
    queued tokens   TTFT limit x tokens of prompts read a second: more cannot begin in time (vLLM's own rule for
                    --max-num-queued-tokens)
    queued requests sequences, and the prompts that are read within the TTFT limit

The estimates are the planner's roofline with its errors (docs/capacity.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from serving.launch.request import Profile
from serving.launch.room import Room
from serving.plan.capacity import DoesNotFit, estimate_capacity
from serving.plan.kv_cache import bytes_per_request, users_by_memory
from serving.plan.roofline import BANDWIDTH_EFFICIENCY, COMPUTE_EFFICIENCY, Roofline
from serving.plan.schemes import bytes_read
from serving.plan.slo import Slo

_LARGE_CARD = 70 * (1 << 30)
_DEFAULT_CHUNK = {"processor": (2048, 4096), "card": (2048, 8192), "large card": (8192, 16384)}
"""vLLM 0.32's defaults for --max-num-batched-tokens: of its server, and of offline work (EngineArgs)."""
_LEAST_CHUNK = 256
"""Smaller chunks waste the arithmetic: matrices of fewer rows do not fill the machine."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A number and why it is that."""

    value: int
    reason: str


def limit_sequences(profile: Profile, room: Room, roofline: Roofline, slo: Slo) -> Limit:
    """Requests in one batch of one copy."""
    tokens = roofline.prompt_tokens + roofline.answer_tokens
    request = bytes_per_request(roofline.shape, tokens, roofline.kv_type, roofline.replica.tensor)
    held = users_by_memory(room.cache, request)
    default = roofline.replica.gpu.sequences
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
        # The planner counts the weights by their scheme; the files say that they fit. Then memory is the limit.
        return {}
    if capacity.by_slo:
        return {f"more would miss {slo} by estimate": capacity.by_slo}
    return {f"one request alone misses {slo} by estimate; beyond this a larger batch only slows all": knee(roofline)}


def knee(roofline: Roofline) -> int:
    """Requests in a batch whose arithmetic takes as long as reading the weights, at least 1."""
    gpu = roofline.replica.gpu
    reading = bytes_read(roofline.shape, roofline.scheme, 1) / (gpu.bandwidth * BANDWIDTH_EFFICIENCY)
    operations = 2 * (roofline.shape.active_parameters + roofline.shape.embedding_parameters)
    rate = gpu.flops[roofline.arithmetic] * COMPUTE_EFFICIENCY[roofline.arithmetic]
    return max(1, round(reading * rate / operations))


def limit_chunk(profile: Profile, sequences: int, roofline: Roofline, slo: Slo) -> Limit:
    """Tokens in one step of one copy."""
    gpu = roofline.replica.gpu
    kind = "processor" if gpu.name == "processor" else "large card" if gpu.memory >= _LARGE_CARD else "card"
    served, offline = _DEFAULT_CHUNK[kind]
    if profile == "throughput":
        return Limit(offline, "large steps: vLLM's default where nobody waits for a single token")
    if slo.itl is None:
        return Limit(max(served, sequences), "vLLM's default; there is no ITL limit")
    spare = slo.itl / 1000 - roofline.step_seconds(sequences)
    quick = max(0, int(spare * prompt_rate(roofline)))
    needed = 2 * sequences * (roofline.prompt_tokens + roofline.answer_tokens) / roofline.answer_tokens
    chunk = min(served, _power_of_two(max(quick, needed, _LEAST_CHUNK)))
    if quick >= needed:
        return Limit(max(chunk, sequences), f"a step that reads a prompt stays within ITL {slo.itl:g} ms by estimate")
    return Limit(
        max(chunk, sequences), f"as small as {sequences} requests allow whose prompts must be read between their tokens"
    )


def _power_of_two(value: float) -> int:
    """The largest that is not above the value."""
    return 1 << int(value).bit_length() - 1


def limit_queued_tokens(copies: int, roofline: Roofline, slo: Slo) -> Limit | None:
    """Prompt tokens that may wait or be read, over all copies; None without a TTFT limit."""
    if slo.ttft is None:
        return None
    rate = prompt_rate(roofline) * copies
    in_time = int(rate * slo.ttft / 1000)
    least = 2 * roofline.prompt_tokens
    if in_time < least:
        return Limit(
            least, f"two usual prompts: {rate:,.0f} tokens/s do not read even these within TTFT {slo.ttft:g} ms"
        )
    return Limit(in_time, f"TTFT {slo.ttft:g} ms x {rate:,.0f} prompt tokens/s: what comes later is told at once (503)")


def limit_queued_requests(sequences: int, copies: int, roofline: Roofline, slo: Slo) -> Limit:
    """Requests that may run or wait, over all copies."""
    running = sequences * copies
    if slo.ttft is None:
        return Limit(2 * running, f"{running} run, and as many wait")
    waiting = max(1, int(slo.ttft / 1000 / roofline.prompt_seconds() * copies))
    return Limit(running + waiting, f"{running} run, and {waiting} prompts are read within TTFT {slo.ttft:g} ms")


def prompt_rate(roofline: Roofline) -> float:
    """Tokens of usual prompts that one copy reads a second."""
    return roofline.prompt_tokens / roofline.prompt_seconds()
