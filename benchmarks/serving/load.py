"""Requests sent by a number of streams, each the next when its last is answered (a closed loop), and what they took."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from core.stats import Array
from serving.bench.intervals import Ratio, median, quotient_of_sums, ratio_of

_TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Answered:
    """One request: when it was sent (seconds of any clock), seconds from then to the first piece of text and to the
    end, and tokens of the answer.
    """

    sent: float
    first: float
    total: float
    tokens: int
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Run:
    """Requests in the order they ended, and the seconds from the first's start to the last's end."""

    answers: tuple[Answered, ...]
    seconds: float

    @property
    def tokens_per_second(self) -> float:
        """Answer tokens of all streams together."""
        return sum(answer.tokens for answer in self.answers) / self.seconds

    def steady_tokens_per_second(self, streams: int) -> float:
        """The same while no stream was idle: from the first request of the stream that began last to the last request.

        A request that lies in that time in part counts with that part of its tokens. Without it a short run says more
        of how streams begin and end than of the server. Needs more requests than streams.
        """
        sent = np.array([answer.sent for answer in self.answers])
        ended = sent + np.array([answer.total for answer in self.answers])
        tokens = np.array([float(answer.tokens) for answer in self.answers])
        begin, end = np.sort(sent)[streams - 1], sent.max()
        inside = np.clip(np.minimum(ended, end) - np.maximum(sent, begin), 0.0, None)
        return float((tokens * inside / (ended - sent)).sum() / (end - begin))

    @property
    def first_ms(self) -> Array:
        """Milliseconds to the first text, shape (n,)."""
        return 1000 * np.array([answer.first for answer in self.answers])

    def throughput_parts(self) -> tuple[Array, Array]:
        """Arrays whose quotient of sums is the tokens a second: by Little's law the requests in flight times the tokens
        of a request over its time, so that it can be drawn again request by request.
        """
        totals = np.array([answer.total for answer in self.answers])
        tokens = np.array([float(answer.tokens) for answer in self.answers])
        return tokens * totals.sum() / self.seconds, totals


def throughput_ratio(a: Run, b: Run) -> Ratio:
    """B's tokens a second over A's."""
    return ratio_of(quotient_of_sums, a.throughput_parts(), b.throughput_parts())


def first_token_ratio(a: Run, b: Run) -> Ratio:
    """B's median time to the first text over A's."""
    return ratio_of(median, (a.first_ms,), (b.first_ms,))


def counter(url: str, name: str) -> float:
    """A counter of `url`/metrics now, over all its labels. Raises httpx2.HTTPError, or ValueError without it."""
    text = httpx2.get(f"{url}/metrics", timeout=10.0, verify=False).raise_for_status().text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    if not (values := [sample.value for sample in samples if sample.name == name]):
        raise ValueError(f"{url}/metrics has no {name}")
    return sum(values)


def send(url: str, bodies: Sequence[Mapping[str, Any]], streams: int, ramp_seconds: float = 0.0) -> Run:
    """Post the bodies to `url`/v1/chat/completions, `streams` at a time, and read every answer to its end.

    The streams begin one after the other, evenly over `ramp_seconds`: with a server of fixed delays they would else
    send all at the same instant, round after round, which no users do.

    Raises an ExceptionGroup of httpx2.HTTPError or ValueError when one fails: a figure with failures in it is none.
    """
    return asyncio.run(_send(url, bodies, streams, ramp_seconds))


async def _send(url: str, bodies: Sequence[Mapping[str, Any]], streams: int, ramp_seconds: float) -> Run:
    waiting, answers = iter(bodies), list[Answered]()
    limits = httpx2.Limits(max_connections=streams, max_keepalive_connections=streams)
    async with httpx2.AsyncClient(base_url=url, timeout=_TIMEOUT_SECONDS, limits=limits, verify=False) as client:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(streams):
                group.create_task(_stream(client, waiting, answers, number * ramp_seconds / streams))
        return Run(tuple(answers), time.perf_counter() - began)


async def _stream(
    client: httpx2.AsyncClient, waiting: Iterator[Mapping[str, Any]], answers: list[Answered], wait_seconds: float
) -> None:
    await asyncio.sleep(wait_seconds)
    for body in waiting:
        answer = await _ask(client, body)
        answers.append(answer)


async def _ask(client: httpx2.AsyncClient, body: Mapping[str, Any]) -> Answered:
    streamed = {**body, "stream": True, "stream_options": {"include_usage": True}}
    began, first, tokens = time.perf_counter(), None, 0
    timings: Mapping[str, float] = {}
    async with client.stream("POST", "/v1/chat/completions", json=streamed) as response:
        if response.status_code != 200:
            raise ValueError(f"{response.status_code}: {(await response.aread()).decode()[:500]}")
        async for line in response.aiter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line[6:])
            if "error" in chunk:
                raise ValueError(f"in the stream: {chunk['error']}")
            if chunk.get("usage"):
                tokens = chunk["usage"]["completion_tokens"]
            timings = (chunk.get("groundwork") or {}).get("timings_ms", timings)
            if first is None and any(choice["delta"].get("content") for choice in chunk["choices"]):
                first = time.perf_counter() - began
    if first is None or not tokens:
        raise ValueError("an answer without text or usage: neither its start nor its length is known")
    return Answered(began, first, time.perf_counter() - began, tokens, timings)
