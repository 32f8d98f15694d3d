"""What the guard adds to a stream: the same requests with it and without it, in turn, at several streams at once.

    python -m benchmarks.guard [--streams 1,8,32] [--rounds N] [--tokens N] [--between-ms MS] [--policy POLICY]
        [--beside CHARACTERS] [DATA]

The upstream is `testing/paced_model.py` in a process of its own: one token each `between-ms`, with answers of `tokens`
words, sentence by sentence of the passages in the prompt, so that they are checked as real ones are. DATA has the
folder `grounding_real`: each request then has the contexts of a real question; without it, made-up ones of the same
length. Requests of both kinds take turns within a round, so that other work on the machine falls on both.

A chunk's latency is the time from its sending (`sent_at`, on the same clock) to the client that has it. Reported are
the latencies with and without the guard, and what the guard adds: the differences of their percentiles. Also: the time
from the request to the first chunk, the latency of the last chunk (which waits for the verdict), the processor time of
the guard for each chunk, and its start. All streams of a round begin at the same moment.
With `--beside` one more request runs beside them, with contexts of so many characters; it is not counted.

Not covered: a network, and TLS. Under `withhold` a chunk has the text of sentences that are complete: its chunks are
others, and only the first and the last are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.grounding.cases import read_real_cases
from testing.guard import RunningGuard, running_guard
from testing.paced_model import Pace, running_paced_model

_TICKS = os.sysconf("SC_CLK_TCK")
_SENTENCE_WORDS = 14
_SENT = re.compile(rb'"sent_at": ?([0-9.]+)')


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds from the request to the first chunk, and the latency of each chunk, of one stream."""

    first: float
    latencies: tuple[float, ...]


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    pace = Pace(first_s=0.2, between_s=arguments.between_ms / 1000, tokens=arguments.tokens)
    bodies = _bodies(arguments.data, arguments.policy)
    beside = [_long_body(arguments.beside)] if arguments.beside else []
    table = Table(title=f"Policy {arguments.policy}: without the guard, with it, added; ms")
    for column in ("streams", "chunks", "", "chunk p50", "p95", "p99", "first p50", "p95", "last p50", "p95", "CPU µs"):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as folder, running_paced_model(pace) as upstream:
        began = time.monotonic()
        with running_guard(upstream, Path(folder) / "log") as guard:
            start = time.monotonic() - began
            started = _processor_seconds(guard)
            for streams in map(int, arguments.streams.split(",")):
                for row in _rows(guard, upstream, bodies, streams, arguments.rounds, beside):
                    table.add_row(*row)
        console = Console(width=140)
        console.print(table)
        console.print(f"start: {start:.2f} s, of which {started:.2f} s of processor time")


def _rows(
    guard: RunningGuard,
    upstream: str,
    bodies: Sequence[dict[str, Any]],
    streams: int,
    rounds: int,
    beside: Sequence[dict[str, Any]],
) -> Iterator[list[str]]:
    urls = (upstream, f"{guard.url}/v1")
    asyncio.run(_round(urls, bodies[:streams], ()))
    before = _processor_seconds(guard)
    direct: list[Timed] = []
    through: list[Timed] = []
    for number in range(rounds):
        chosen = [bodies[(number * streams + place) % len(bodies)] for place in range(streams)]
        results = asyncio.run(_round(urls if number % 2 else urls[::-1], chosen, beside))
        direct += results[1 - number % 2]
        through += results[number % 2]
    chunks = sum(len(timed.latencies) for timed in through)
    seconds = _processor_seconds(guard) - before
    without, with_guard = _figures(direct), _figures(through)
    added = [own - other for own, other in zip(with_guard, without, strict=True)]
    yield [str(streams), str(chunks), "without", *_written(without), ""]
    yield ["", "", "with", *_written(with_guard), ""]
    yield ["", "", "added", *_written(added), f"{seconds / chunks * 1e6:.0f}"]


def _figures(streams: Sequence[Timed]) -> list[float]:
    """Return percentiles in ms: of all chunks but the last 50, 95, 99; of the first and of the last chunk 50, 95."""
    every = [latency for timed in streams for latency in timed.latencies[:-1]]
    ends = [[timed.first for timed in streams], [timed.latencies[-1] for timed in streams]]
    figures = [*np.percentile(every, (50, 95, 99)), *(one for times in ends for one in np.percentile(times, (50, 95)))]
    return [float(figure) * 1000 for figure in figures]


def _written(figures: Sequence[float]) -> list[str]:
    return [f"{figure:.2f}" for figure in figures]


async def _round(
    urls: Sequence[str], bodies: Sequence[dict[str, Any]], beside: Sequence[dict[str, Any]]
) -> tuple[list[Timed], list[Timed]]:
    """Ask each URL in turn for all bodies at once; what is beside them is not returned."""
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(timeout=120, verify=False, limits=limits) as http:
        results = [await asyncio.gather(*(_timed(http, url, body) for body in (*bodies, *beside))) for url in urls]
    return results[0][: len(bodies)], results[1][: len(bodies)]


async def _timed(http: httpx2.AsyncClient, url: str, body: dict[str, Any]) -> Timed:
    began = time.monotonic()
    first = 0.0
    latencies: list[float] = []
    async with http.stream("POST", f"{url}/chat/completions", json=body) as response:
        response.raise_for_status()
        rest = b""
        async for data in response.aiter_raw():
            now = time.monotonic()
            *events, rest = (rest + data).split(b"\n\n")
            latencies += [now - float(sent[1]) for event in events if (sent := _SENT.search(event))]
            first = first or now - began
    return Timed(first, tuple(latencies))


def _bodies(data: Path | None, policy: str) -> list[dict[str, Any]]:
    """Return requests in the project's own prompt form, which the paced model answers from."""
    chance = random.Random(0)
    if data is not None:
        cases = read_real_cases(data, "mtrag_human")
        texts = [(list(case.contexts), case.question or "") for case in cases]
    else:
        texts = [([_passage(chance) for _ in range(10)], "What does the handbook say?") for _ in range(64)]
    chance.shuffle(texts)
    return [_body(contexts, question, policy) for contexts, question in texts]


def _body(contexts: Sequence[str], question: str, policy: str) -> dict[str, Any]:
    sources = "\n".join(f"[{number}] Page\n{text}\n-----" for number, text in enumerate(contexts, start=1))
    messages = [{"role": "user", "content": f"Sources:\n\n{sources}\n\nQuestion: {question}"}]
    return {"model": "paced", "messages": messages, "stream": True, "groundwork": {"policy": policy}}


def _long_body(characters: int) -> dict[str, Any]:
    chance = random.Random(1)
    passages: list[str] = []
    while sum(map(len, passages)) < characters:
        passages.append(_passage(chance))
    return _body(passages, "What does the handbook say?", "annotate")


def _passage(chance: random.Random) -> str:
    words = [f"word{number}" for number in range(3000)]
    sentences = (" ".join(chance.choices(words, k=_SENTENCE_WORDS)) for _ in range(14))
    return " ".join(f"The {sentence}." for sentence in sentences)


def _processor_seconds(guard: RunningGuard) -> float:
    fields = Path(f"/proc/{guard.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What the guard adds to a stream.")
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--streams", default="1,8,32")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--tokens", type=int, default=150)
    parser.add_argument("--between-ms", type=float, default=30.0)
    parser.add_argument("--policy", default="annotate")
    parser.add_argument("--beside", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
