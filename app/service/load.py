"""Estimate from vLLM's counters how long a question would wait for the model, and shed one that would wait too long.

    expected time to the first token = ahead / rate + prefill
        ahead    requests in vLLM's queue, and those that were sent since the counters were read
        rate     first tokens per second, counted while requests were waiting: the model's throughput when it is busy
        prefill  mean time from the start of a request to its first token

The first term is Little's law (waiting = rate x wait), which holds whatever limits the rate: compute, the KV cache or
the batch. While no request waits, nothing is shed, however slow the model is; before any request has waited there is no
rate, and only vLLM's own queue limits apply. A queue that does not move has an expected wait of its age.

The counters are read in the background, never while a question is answered, and expire after a few seconds. A server
that is too busy to return them in time is not down: the last ones are valid until they expire. A server that has no
such counters (not vLLM) is asked again every minute, and nothing is shed.

Not covered: a limit on the time between tokens (vLLM's --max-num-seqs keeps it), and the length of this prompt.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from core.domain import Overload
from core.errors import Overloaded

POLL_SECONDS = 0.5
NOT_VLLM_SECONDS = 60.0
STALE_SECONDS = 5.0
_WINDOW_SECONDS = 10.0
_MIN_WINDOW_SECONDS = 1.0
_MAX_RETRY_SECONDS = 60
_TIMEOUT_SECONDS = 3.0

_WAITING = "vllm:num_requests_waiting"
_FIRST_TOKENS = "vllm:time_to_first_token_seconds_count"
_PREFILL_SECONDS = "vllm:request_prefill_time_seconds_sum"
_PREFILLS = "vllm:request_prefill_time_seconds_count"
COUNTERS = (_WAITING, _FIRST_TOKENS, _PREFILL_SECONDS, _PREFILLS)
"""The names of vLLM's samples in Prometheus's text format."""
_LINE_BEGINNINGS = tuple(f"{name}{end}" for name in COUNTERS for end in "{ ")


@dataclass(frozen=True, slots=True)
class Sample:
    """vLLM's counters at a time (seconds of any clock). All but `waiting` only grow while vLLM runs."""

    at: float
    waiting: float
    first_tokens: float
    prefill_seconds: float
    prefills: float


def read_sample(exposition: str, at: float) -> Sample | None:
    """Read the counters from Prometheus's text, summed over all engines; None where vLLM's are missing."""
    # Parsing a thousand lines would block the event loop for some milliseconds; these few do not.
    lines = "\n".join(line for line in exposition.splitlines() if line.startswith(_LINE_BEGINNINGS))
    totals: dict[str, float] = {}
    try:
        for family in text_string_to_metric_families(f"{lines}\n"):
            for sample in family.samples:
                totals[sample.name] = totals.get(sample.name, 0.0) + sample.value
    except ValueError:
        # The answer is not Prometheus's text format.
        return None
    if _WAITING not in totals or _FIRST_TOKENS not in totals:
        return None
    seconds, prefills = totals.get(_PREFILL_SECONDS, 0.0), totals.get(_PREFILLS, 0.0)
    return Sample(at, totals[_WAITING], totals[_FIRST_TOKENS], seconds, prefills)


class Load:
    """The model's load by the last counters. One event loop writes and reads it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._queue: list[Sample] = []
        self._last: Sample | None = None
        self._rate: float | None = None
        self._moved = 0.0
        self._sent = 0

    def record(self, sample: Sample | None) -> None:
        """Take the newest counters; None when no server answers now."""
        before, self._last, self._sent = self._last, sample, 0
        if sample is None or (before is not None and sample.first_tokens < before.first_tokens):
            # Stopped or restarted: earlier counters say nothing about it.
            self._queue, self._rate = [], None
        if sample is None:
            return
        if before is None or sample.waiting == 0 or sample.first_tokens != before.first_tokens:
            self._moved = sample.at
        if sample.waiting == 0:
            self._queue = []
            return
        self._queue = [old for old in self._queue if sample.at - old.at <= _WINDOW_SECONDS] + [sample]
        seconds, begun = sample.at - self._queue[0].at, sample.first_tokens - self._queue[0].first_tokens
        if begun > 0 and seconds >= _MIN_WINDOW_SECONDS:
            self._rate = begun / seconds

    def expected_seconds(self) -> float | None:
        """Return the seconds to the first token of a question that is sent now; None while that is unknown."""
        last = self._last
        if last is None or self._clock() - last.at > STALE_SECONDS:
            return None
        prefill = last.prefill_seconds / last.prefills if last.prefills else 0.0
        return self._wait(last) + prefill

    def admit(self, overload: Overload) -> None:
        """Count a question that is to be sent. Raises Overloaded for one whose answer would begin too late."""
        expected = self.expected_seconds()
        limit = overload.ttft_ms / 1000
        # A model that is too slow even for a single question is asked all the same: waiting would not help.
        if self._last is not None and self._last.waiting and expected is not None and expected > limit:
            raise Overloaded(
                f"The model is busy: the first word would come in about {expected:.0f} s, more than {limit:g} s. "
                "Ask again in a moment.",
                retry_after=min(_MAX_RETRY_SECONDS, max(1, math.ceil(expected - limit))),
            )
        self._sent += 1

    def _wait(self, last: Sample) -> float:
        """Seconds in the queue; 0 where no request waits, since the batch then takes a few more."""
        if not last.waiting:
            return 0.0
        by_rate = (last.waiting + self._sent) / self._rate if self._rate is not None else 0.0
        return max(by_rate, last.at - self._moved)


def metrics_url(base_url: str) -> str:
    """Return the address of vLLM's counters, which is beside `/v1`."""
    return f"{base_url.removesuffix('/').removesuffix('/v1')}/metrics"


async def watch_load(load: Load, base_url: str, report: Callable[[float | None], None]) -> None:
    """Read the counters until cancelled; `report` is called with the expected seconds after each reading."""
    url = metrics_url(base_url)
    # Certificates take a tenth of a second to load; plain HTTP needs none.
    async with httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, verify=url.startswith("https:")) as client:
        await poll_load(load, lambda: _read(client, url), report, asyncio.sleep)


async def poll_load(
    load: Load,
    read: Callable[[], Awaitable[str | None]],
    report: Callable[[float | None], None],
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """Read the counters again and again, with the given ways to read, to report and to sleep.

    `read` returns the server's text, or None when no server answers, and raises TimeoutError when it takes too long.
    """
    while True:
        pause = POLL_SECONDS
        try:
            text = await read()
        except TimeoutError:
            pass
        else:
            sample = None if text is None else read_sample(text, time.monotonic())
            load.record(sample)
            if text is not None and sample is None:
                pause = NOT_VLLM_SECONDS
        report(load.expected_seconds())
        await sleep(pause)


async def _read(client: httpx2.AsyncClient, url: str) -> str | None:
    try:
        response = await _read_by_name(client, url) or await client.get(url)
    except (httpx2.ReadTimeout, httpx2.PoolTimeout) as error:
        raise TimeoutError from error
    except httpx2.HTTPError:
        return None
    # A server that answers without counters is not vLLM; one that fails is asked again soon.
    return None if response.status_code >= 500 else response.text


async def _read_by_name(client: httpx2.AsyncClient, url: str) -> httpx2.Response | None:
    """Read only the counters that are needed; None from a server that cannot select them.

    All counters take vLLM 0.32 a hundredth of a second, in which no stream moves. Its `/metrics` always returns all of
    them; the path with a slash goes to prometheus_client, which selects by `name[]`, but knows no names where vLLM runs
    several API servers.
    """
    response = await client.get(f"{url}/", params={"name[]": COUNTERS})
    return response if response.is_success and _WAITING in response.text else None
