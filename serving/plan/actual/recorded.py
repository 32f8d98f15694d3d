"""What vLLM's counters say of the load and of its cost.

    prompt, answer      tokens of a finished request (vllm:request_prompt_tokens, vllm:request_generation_tokens)
    computed            tokens of a prompt that were not in the prefix cache (vllm:request_prefill_kv_computed_tokens)
    queue, prefill      seconds from arrival to the first scheduling, and from there to the first token
                        (vllm:request_queue_time_seconds, vllm:request_prefill_time_seconds)
    ttft, itl, e2e      seconds (vllm:time_to_first_token_seconds, vllm:inter_token_latency_seconds,
                        vllm:e2e_request_latency_seconds)
    batch               requests that are given a token in a step, mean over the steps: generated tokens over steps
                        (vllm:generation_tokens_total, vllm:iteration_tokens_total_count). Unlike requests in flight
                        over the whole time it does not fall when the server is idle.

Times of queue and prefill, lengths and e2e are those of finished requests; vLLM counts TTFT and ITL of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from serving.plan.actual.scrape import Counters

HISTOGRAMS: Mapping[str, str] = {
    "prompt": "vllm:request_prompt_tokens",
    "answer": "vllm:request_generation_tokens",
    "computed": "vllm:request_prefill_kv_computed_tokens",
    "queue": "vllm:request_queue_time_seconds",
    "prefill": "vllm:request_prefill_time_seconds",
    "ttft": "vllm:time_to_first_token_seconds",
    "itl": "vllm:inter_token_latency_seconds",
    "e2e": "vllm:e2e_request_latency_seconds",
}
_GENERATED, _STEPS = "vllm:generation_tokens_total", "vllm:iteration_tokens_total_count"
_ACCEPTED = "vllm:spec_decode_num_accepted_tokens_total"
_PREEMPTIONS = "vllm:num_preemptions_total"
_USAGE, _RUNNING = "vllm:kv_cache_usage_perc", "vllm:num_requests_running"
_CACHE = "vllm:cache_config_info"


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of `count` requests or steps, and its 95% interval."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Cache:
    """The key-value cache as vLLM made it. `bytes` is None where vLLM chose the size itself and does not state it."""

    tokens: int
    bytes: int | None
    dtype: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A load as it was counted. Times in seconds, lengths in tokens; None where vLLM's counters do not say it.

    means       by the names of HISTOGRAMS
    finished    requests that ended with an answer
    engines     copies side by side in the server (--data-parallel-size), each of which is a replica of the plan
    usage       share of the caches that was used when the (later) scrape was taken
    running     requests that ran then, in all copies
    cache       of one copy
    missing     counters that the scrapes do not have
    """

    means: Mapping[str, Mean]
    finished: int
    seconds: float | None
    batch: float | None
    engines: int
    preemptions: int | None
    usage: float | None
    running: int | None
    cache: Cache | None
    missing: tuple[str, ...]

    def mean(self, name: str) -> float | None:
        """Return the mean of a histogram; None where it was not recorded."""
        found = self.means.get(name)
        return None if found is None else found.value


def read_recorded(counters: Counters) -> Recorded:
    """Return what was counted. Raises ConfigurationError when a counter falls between the scrapes."""
    means = {}
    for name, metric in HISTOGRAMS.items():
        found = counters.histogram(metric)
        if found is not None:
            means[name] = Mean(found.mean, *found.interval(), int(found.count))
    finished = counters.counted(f"{HISTOGRAMS['prompt']}_count")
    engines = max(1, len({sample.labels.get("engine") for sample in counters.after.samples.get(_RUNNING, ())}))
    usage = counters.gauge(_USAGE)
    return Recorded(
        means=means,
        finished=int(finished or 0),
        seconds=counters.seconds,
        batch=_batch(counters),
        engines=engines,
        preemptions=_whole(counters.counted(_PREEMPTIONS)),
        usage=None if usage is None else usage / engines,
        running=_whole(counters.gauge(_RUNNING)),
        cache=_cache(counters),
        missing=_missing(counters),
    )


def _batch(counters: Counters) -> float | None:
    generated, steps = counters.counted(_GENERATED), counters.counted(_STEPS)
    if not generated or not steps:
        return None
    # With speculation a request is given several tokens in a step: the guessed ones do not count here.
    return (generated - (counters.counted(_ACCEPTED) or 0.0)) / steps


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _cache(counters: Counters) -> Cache | None:
    found = counters.after.samples.get(_CACHE)
    if not found:
        return None
    labels = found[0].labels
    tokens = _number(labels, "kv_cache_size_tokens")
    if tokens is None:
        blocks, size = _number(labels, "num_gpu_blocks"), _number(labels, "block_size")
        tokens = blocks * size if blocks is not None and size is not None else None
    if not tokens:
        return None
    return Cache(tokens, _number(labels, "kv_cache_memory_bytes"), labels.get("cache_dtype", ""))


def _number(labels: Mapping[str, str], name: str) -> int | None:
    text = labels.get(name, "")
    return int(text) if text.isdigit() else None


def _missing(counters: Counters) -> tuple[str, ...]:
    """Return the names that a scrape does not have at all; one that is zero is not missing."""
    names = [f"{metric}_count" for metric in HISTOGRAMS.values()]
    names += [_GENERATED, _STEPS, _PREEMPTIONS]
    gone = [name.removesuffix("_count") for name in names if counters.counted(name) is None]
    return (*gone, *(name for name in (_USAGE, _CACHE) if name not in counters.after.samples))
