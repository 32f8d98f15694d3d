"""The service under a constant number of streams, over HTTP, with a model of fixed delays.

    python -m benchmarks.load [--streams 32 256] [--minutes 10] [--first-ms 200] [--between-ms 50] [--tokens 150]

A real service of the sample handbook, with the bundled embedder and an empty answer cache, answers in front of
`testing/paced_model.py`; each is a process of its own. Every client asks one question after another, each of its own
wording, and reads its stream to the end. After each answer it asks the model directly, for one token: the time to the
first token that the service adds is the difference of the two (paired). A stall is the longest time between two tokens
of a stream.

Anonymous memory is that of the service with its children, the median of ten seconds at 20% of the time (minute two of
ten) and at its end. The bars are those of docs/operations.md; the exit code is 1 where one of them is missed.

Not covered: a network, TLS and a proxy, which add their own time; a real model, whose delays grow with its load. All
processes share the machine: the figures of a machine with two cores include what the model and the clients take. Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from rich.console import Console
from rich.table import Table

from testing.builders import REPOSITORY
from testing.paced_model import Pace, running_paced_model
from testing.processes import environment, serving

_DOMAIN = REPOSITORY / "domains" / "onboarding"
_LINE_BYTES = 4_000_000
"""Longest line of a stream: the first event has all passages."""
_SAMPLED_SECONDS = 10.0
_ADDED_P95_MS = 150.0
_STALL_SECONDS = 5.0
_GROWTH = 0.05
_BARRED_STREAMS = 32
"""Streams up to which the added time has a bar."""


@dataclass(slots=True)
class Measured:
    """What the clients saw, in seconds, and the service's anonymous memory in bytes by the second of the run."""

    added: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    stalls: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a run: milliseconds, and mebibytes."""

    streams: int
    minutes: float
    answers: int
    errors: int
    added_p50_ms: float
    added_p95_ms: float
    longest_stall_ms: float
    stall_p99_ms: float
    memory_early_mb: float
    memory_late_mb: float

    @property
    def growth(self) -> float:
        """Return by what share the memory grew."""
        return self.memory_late_mb / self.memory_early_mb - 1

    def missed(self) -> list[str]:
        """Return the bars that are missed."""
        bars = {
            f"{self.errors} errors": self.errors > 0,
            f"p95 of the added time {self.added_p95_ms:.0f} ms": self.streams <= _BARRED_STREAMS
            and self.added_p95_ms > _ADDED_P95_MS,
            f"a stall of {self.longest_stall_ms:.0f} ms": self.longest_stall_ms > _STALL_SECONDS * 1000,
            f"memory grew by {self.growth:.1%}": self.growth > _GROWTH,
        }
        return [name for name, is_missed in bars.items() if is_missed]


@dataclass(frozen=True, slots=True)
class Stream:
    """One answer: seconds to the first token, the longest pause between tokens, and what went wrong."""

    first: float
    stall: float
    error: str | None


async def read_stream(url: str, path: str, body: dict[str, Any]) -> Stream:
    """Ask with a connection of its own and read the stream to its end."""
    address = urlsplit(url)
    began = last = time.perf_counter()
    first = stall = 0.0
    error, ended = None, False
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=_LINE_BYTES)
    try:
        content = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n"
        about = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        writer.write((head + about).encode() + content)
        status = await reader.readline()
        if b" 200 " not in status:
            error = status.decode(errors="replace").strip()
        while error is None and (line := await reader.readline()):
            if b'"error": {' in line or b'"error":{' in line:
                error = line.decode(errors="replace")[:300]
            elif b'"delta": {"content"' in line or b'"delta":{"content"' in line:
                now = time.perf_counter()
                if first == 0.0:
                    first = now - began
                else:
                    stall = max(stall, now - last)
                last = now
            elif b'"degraded":true' in line:
                error = "a degraded answer"
            elif line == b"data: [DONE]\n":
                ended = True
                break
    except (OSError, asyncio.IncompleteReadError, ValueError) as failure:
        error = repr(failure)
    finally:
        writer.close()
    if error is None and (not ended or first == 0.0):
        error = "the stream ended early"
    return Stream(first, stall, error)


async def client(
    number: int, service: str, model: str, questions: Sequence[str], until: float, measured: Measured, ramp_s: float
) -> None:
    """Ask until the time is over."""
    dice = random.Random(number)
    await asyncio.sleep(dice.uniform(0, ramp_s))
    asked = 0
    while time.perf_counter() < until:
        asked += 1
        question = f"{dice.choice(questions)} (request {number}-{asked})"
        body = {"messages": [{"role": "user", "content": question}], "stream": True}
        answer = await read_stream(service, "/v1/chat/completions", body)
        if answer.error is not None:
            measured.errors.append(answer.error)
            continue
        direct = await read_stream(model, "/v1/chat/completions", {**body, "model": "paced", "max_tokens": 1})
        measured.first.append(answer.first)
        measured.stalls.append(answer.stall)
        if direct.error is None:
            measured.added.append(answer.first - direct.first)


async def watch_memory(pid: int, began: float, until: float, measured: Measured) -> None:
    """Note the anonymous memory of a process and its children every second."""
    while time.perf_counter() < until:
        measured.memory.append((time.perf_counter() - began, sum(map(_anonymous, _family(pid)))))
        await asyncio.sleep(1)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(other for child in children for other in _family(int(child)))]


def _anonymous(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Anonymous:"))


async def load(
    streams: int, minutes: float, service: str, pid: int, model: str, questions: Sequence[str], ramp_s: float
) -> Measured:
    """Keep so many streams open for so many minutes."""
    measured = Measured()
    began = time.perf_counter()
    until = began + minutes * 60
    clients = (client(number, service, model, questions, until, measured, ramp_s) for number in range(streams))
    await asyncio.gather(watch_memory(pid, began, until, measured), *clients)
    return measured


def figures_of(streams: int, minutes: float, measured: Measured) -> Figures:
    """Return the figures of a run. Raises RuntimeError where nothing was answered."""
    if not measured.added:
        raise RuntimeError(f"no question was answered: {measured.errors[:3]}")
    length = minutes * 60
    added = np.array(measured.added) * 1000
    stalls = np.array(measured.stalls) * 1000

    def memory_at(end: float) -> float:
        values = [size for at, size in measured.memory if end - _SAMPLED_SECONDS <= at <= end]
        return float(np.median(values)) / 2**20

    return Figures(
        streams=streams,
        minutes=minutes,
        answers=len(measured.first),
        errors=len(measured.errors),
        added_p50_ms=float(np.percentile(added, 50)),
        added_p95_ms=float(np.percentile(added, 95)),
        longest_stall_ms=float(stalls.max()),
        stall_p99_ms=float(np.percentile(stalls, 99)),
        memory_early_mb=memory_at(max(0.2 * length, _SAMPLED_SECONDS)),
        memory_late_mb=memory_at(length),
    )


def measure(streams: int, minutes: float, pace: Pace, questions: Sequence[str], folder: Path) -> Figures:
    """Run a service with so many streams, and return the figures."""
    with running_paced_model(pace) as model:
        env = environment(folder / "data", _DOMAIN, LLM_BASE_URL=model)
        if not (folder / "data" / "index").is_dir():
            subprocess.run([sys.executable, "-m", "cli", "ingest"], cwd=REPOSITORY, env=env, check=True)
        with serving(env, folder / "log") as running:
            asyncio.run(load(1, 0.05, running.url, running.process.pid, model.removesuffix("/v1"), questions, 0))
            # The first questions of all clients would come at once, which they never do again.
            ramp = pace.first_s + pace.between_s * pace.tokens
            measured = asyncio.run(
                load(streams, minutes, running.url, running.process.pid, model.removesuffix("/v1"), questions, ramp)
            )
    for error in dict.fromkeys(measured.errors):
        sys.stderr.write(f"{error}\n")
    return figures_of(streams, minutes, measured)


def show(rows: Sequence[Figures], pace: Pace) -> None:
    """Print the table."""
    between = f"{pace.tokens} tokens {pace.between_s * 1000:.0f} ms apart"
    table = Table(title=f"first token after {pace.first_s * 1000:.0f} ms, {between}")
    names = ("streams", "minutes", "answers", "errors", "added p50", "added p95", "stall p99", "longest stall")
    for name in (*names, "memory at 20%", "at the end", "missed"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            str(row.streams),
            f"{row.minutes:g}",
            str(row.answers),
            str(row.errors),
            f"{row.added_p50_ms:.0f} ms",
            f"{row.added_p95_ms:.0f} ms",
            f"{row.stall_p99_ms:.0f} ms",
            f"{row.longest_stall_ms:.0f} ms",
            f"{row.memory_early_mb:.0f} MiB",
            f"{row.memory_late_mb:.0f} MiB",
            "; ".join(row.missed()) or "none",
        )
    Console(width=150).print(table)


def main() -> int:
    """Measure each number of streams; return the exit code."""
    parser = argparse.ArgumentParser(description="The service under a constant number of streams.")
    parser.add_argument("--streams", type=int, nargs="+", default=[32, 256])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--first-ms", type=float, default=Pace().first_s * 1000)
    parser.add_argument("--between-ms", type=float, default=Pace().between_s * 1000)
    parser.add_argument("--tokens", type=int, default=Pace().tokens)
    chosen = parser.parse_args()
    pace = Pace(chosen.first_ms / 1000, chosen.between_ms / 1000, chosen.tokens)
    lines = (_DOMAIN / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    questions = [case["question"] for case in cases if case["kind"] == "answerable" and not case["history"]]
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure(streams, chosen.minutes, pace, questions, Path(folder)) for streams in chosen.streams]
    show(rows, pace)
    return 1 if any(row.missed() for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
