"""How long a question would wait for the model now, from vLLM's own counters; whether it is worth sending.

    expected time to the first token = before it / rate + reading
        before it   requests that vLLM has not begun, and those that were sent since vLLM was asked
        rate        first tokens a second, counted while somebody was waiting: what the model does when it is busy
        reading     mean time from a request's begin to its first token

The first term is Little's law (waiting = rate x wait), which holds whatever limits the rate: arithmetic, the cache or
the batch. While nobody waits, nothing is shed, however slow the model is alone; before anybody has waited there is no
rate, and vLLM's own queue limits hold. A queue that does not move at all is as late as it is old.

The counters are read beside the answers, never within one, and forgotten after a few seconds. A server that is too
busy to tell them in time is not gone: what it told last holds until then. A server that does not have them (another
than vLLM) is asked again every minute, and nothing is shed.

Not covered: a limit on the time between tokens (vLLM's --max-num-seqs keeps it), and how long this prompt is.
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
_LEAST_WINDOW_SECONDS = 1.0
_LONGEST_RETRY_SECONDS = 60
_TIMEOUT_SECONDS = 3.0

_WAITING = "vllm:num_requests_waiting"
_FIRST_TOKENS = "vllm:time_to_first_token_seconds_count"
_READING_SECONDS = "vllm:request_prefill_time_seconds_sum"
_READINGS = "vllm:request_prefill_time_seconds_count"
COUNTERS = (_WAITING, _FIRST_TOKENS, _READING_SECONDS, _READINGS)
"""Of vLLM, as Prometheus names the samples."""
_LINE_BEGINNINGS = tuple(f"{name}{end}" for name in COUNTERS for end in "{ ")


@dataclass(frozen=True, slots=True)
class Sample:
    """vLLM's counters at a moment (seconds of any clock). All but `waiting` only grow while vLLM lives."""

    at: float
    waiting: float
    first_tokens: float
    reading_seconds: float
    readings: float


def read_sample(exposition: str, at: float) -> Sample | None:
    """Counters from Prometheus's text, over all engines; None where vLLM's are missing."""
    # A thousand lines would hold up the event loop for some milliseconds; these few do not.
    lines = "\n".join(line for line in exposition.splitlines() if line.startswith(_LINE_BEGINNINGS))
    totals: dict[str, float] = {}
    try:
        for family in text_string_to_metric_families(f"{lines}\n"):
            for sample in family.samples:
                totals[sample.name] = totals.get(sample.name, 0.0) + sample.value
    except ValueError:
        # Whatever answers there is no Prometheus text.
        return None
    if _WAITING not in totals or _FIRST_TOKENS not in totals:
        return None
    reading, readings = totals.get(_READING_SECONDS, 0.0), totals.get(_READINGS, 0.0)
    return Sample(at, totals[_WAITING], totals[_FIRST_TOKENS], reading, readings)


class Load:
    """What is known of the model's load. One event loop writes and reads it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._queue: list[Sample] = []
        self._last: Sample | None = None
        self._rate: float | None = None
        self._moved = 0.0
        self._sent = 0

    def record(self, sample: Sample | None) -> None:
        """The newest counters; None when there is no such server now."""
        before, self._last, self._sent = self._last, sample, 0
        if sample is None or (before is not None and sample.first_tokens < before.first_tokens):
            # Gone, or started anew: what was known of it holds no more.
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
        if begun > 0 and seconds >= _LEAST_WINDOW_SECONDS:
            self._rate = begun / seconds

    def expected_seconds(self) -> float | None:
        """To the first token of a question that is sent now; None while that is not known."""
        last = self._last
        if last is None or self._clock() - last.at > STALE_SECONDS:
            return None
        reading = last.reading_seconds / last.readings if last.readings else 0.0
        return self._wait(last) + reading

    def admit(self, overload: Overload) -> None:
        """Count a question that is to be sent. Raises Overloaded for one that would come too late."""
        expected = self.expected_seconds()
        limit = overload.ttft_ms / 1000
        # A model that is too slow even for one question is asked all the same: waiting would not help.
        if self._last is not None and self._last.waiting and expected is not None and expected > limit:
            raise Overloaded(
                f"The model is busy: the first word would come in about {expected:.0f} s, more than {limit:g} s. "
                "Ask again in a moment.",
                retry_after=min(_LONGEST_RETRY_SECONDS, max(1, math.ceil(expected - limit))),
            )
        self._sent += 1

    def _wait(self, last: Sample) -> float:
        """For those before it; where nobody waits, there is room for a few more."""
        if not last.waiting:
            return 0.0
        by_rate = (last.waiting + self._sent) / self._rate if self._rate is not None else 0.0
        return max(by_rate, last.at - self._moved)


def metrics_url(base_url: str) -> str:
    """vLLM's counters stand beside `/v1`."""
    return f"{base_url.removesuffix('/').removesuffix('/v1')}/metrics"


async def watch(load: Load, base_url: str, told: Callable[[float | None], None]) -> None:
    """Read the counters until cancelled; `told` gets the expected seconds after each reading."""
    url = metrics_url(base_url)
    # Certificates take a tenth of a second to load; plain HTTP needs none.
    async with httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, verify=url.startswith("https:")) as client:
        await watch_with(load, lambda: _read(client, url), told, asyncio.sleep)


async def watch_with(
    load: Load,
    read: Callable[[], Awaitable[str | None]],
    told: Callable[[float | None], None],
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """The same with the collaborators given.

    `read` returns the text, or None when nobody is there, and raises TimeoutError when it takes too long.
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
        told(load.expected_seconds())
        await sleep(pause)


async def _read(client: httpx2.AsyncClient, url: str) -> str | None:
    try:
        response = await _by_name(client, url) or await client.get(url)
    except (httpx2.ReadTimeout, httpx2.PoolTimeout) as error:
        raise TimeoutError from error
    except httpx2.HTTPError:
        return None
    # Whoever answers without counters is no vLLM; one that fails for now is asked again.
    return None if response.status_code >= 500 else response.text


async def _by_name(client: httpx2.AsyncClient, url: str) -> httpx2.Response | None:
    """The counters that are needed and no others; None from a server that does not have them so.

    All of them take vLLM 0.32 a hundredth of a second, in which no stream moves. Its `/metrics` tells all whatever is
    asked; the path with a slash goes to prometheus_client, which reads `name[]`, but knows no names where vLLM runs
    several servers of its API.
    """
    response = await client.get(f"{url}/", params={"name[]": COUNTERS})
    return response if response.is_success and _WAITING in response.text else None
