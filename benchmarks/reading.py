"""Measure how fast a service answers questions while it reads a large file, and how much memory that takes.

    python -m benchmarks.reading [--megabytes 60] [--seconds 60]

A service with the sample corpus answers questions one after the other: for some seconds while a text file is uploaded,
read and embedded, and for half of that before and after it, while nothing else happens. The job is cancelled, and the
service is stopped while a second one runs.

It prints questions per second and latencies of both, their ratio, the memory of the service and its child processes
(the sum of their proportional set sizes, sampled twice a second), and how long cancelling and stopping took.

Not covered: the end of the reading, which takes many minutes for a file of this size.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import httpx2
import numpy as np
from rich.console import Console
from rich.table import Table

from testing.builders import REPOSITORY
from testing.processes import Serving, environment, serving

_DOMAIN = REPOSITORY / "domains" / "onboarding"
_SAMPLE_SECONDS = 0.5
_SECOND_JOB_SECONDS = 5.0
_STOP_SECONDS = 90.0
"""A service that has not ended by then is killed."""
_PATIENCE_SECONDS = 300.0
"""For one question: a service that answers none for five minutes has failed."""


@dataclass
class _Memory:
    """Megabytes of the service and its children together: at the beginning, and at most."""

    start: float = 0.0
    peak: float = 0.0
    service_peak: float = 0.0


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    table = Table("what", "figure", title=f"questions while {arguments.megabytes} MB of text are read")
    with tempfile.TemporaryDirectory() as scratch:
        env = environment(Path(scratch) / "data", _DOMAIN)
        with serving(env, Path(scratch) / "log") as service:
            service.ingest()
            _measure(service, arguments.megabytes, arguments.seconds, table)
    Console().print(table)


def _measure(service: Serving, megabytes: int, seconds: float, table: Table) -> None:
    questions = _questions()
    with httpx2.Client(base_url=service.url, timeout=_PATIENCE_SECONDS, verify=False) as http:
        _ask(http, questions, 5.0)
        file = Path(service.log).with_name("large.txt")
        file.write_bytes(_text(megabytes))
        quiet = _ask(http, questions, seconds / 2)
        with _sampled_memory(service.process.pid) as memory:
            # In a process of its own, which takes no time from the one that asks.
            with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
                uploading = pool.submit(_upload, service.url, file)
                busy = _ask(http, questions, seconds)
                job_id = uploading.result()
            job = http.get(f"/v1/ingest/jobs/{job_id}").json()
            cancelled = _cancel(http, job_id)
        quiet += _ask(http, questions, seconds / 2) if cancelled is not None else []
        _upload(service.url, file)
        time.sleep(_SECOND_JOB_SECONDS)
    stopped = _stop(service)
    for name, latencies in (("quiet", quiet), ("while reading", busy)):
        table.add_row(f"questions per second, {name}", f"{len(latencies) / sum(latencies):.1f}")
        p50, p95, most = (1000 * np.percentile(latencies, share) for share in (50, 95, 100))
        table.add_row(f"latency, {name}: p50, p95, most", f"{p50:.0f}, {p95:.0f}, {most:.0f} ms")
    ratio = (len(busy) / sum(busy)) / (len(quiet) / sum(quiet))
    table.add_row("speed while reading, of the quiet speed", f"{ratio:.0%}")
    table.add_row("memory before the upload, all processes", f"{memory.start:,.0f} MB")
    table.add_row("memory at most, all processes", f"{memory.peak:,.0f} MB")
    table.add_row("memory at most, the service itself", f"{memory.service_peak:,.0f} MB")
    table.add_row("the job after that time", json.dumps(job["progress"]))
    table.add_row("cancelling the job", "-" if cancelled is None else f"{cancelled:.1f} s")
    table.add_row("SIGTERM to the end of the process", f"{stopped:.1f} s")


def _questions() -> list[str]:
    lines = (_DOMAIN / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [str(json.loads(line)["question"]) for line in lines]
    random.Random(0).shuffle(questions)
    return questions


def _text(megabytes: int) -> bytes:
    """Return that much prose: the sample corpus again and again, each time with other headings."""
    files = sorted((_DOMAIN / "corpus").rglob("*.md"))
    pages = [file.read_text(encoding="utf-8") for file in files]
    parts: list[bytes] = []
    size = 0
    for number in itertools.count():
        part = f"Edition {number}\n\n{pages[number % len(pages)]}\n\n".encode()
        parts.append(part)
        size += len(part)
        if size >= megabytes * 1_000_000:
            return b"".join(parts)[: megabytes * 1_000_000]
    raise AssertionError("unreachable")


def _ask(http: httpx2.Client, questions: list[str], seconds: float) -> list[float]:
    """Ask one question after the other; return the seconds of each."""
    latencies: list[float] = []
    end = time.monotonic() + seconds
    for question in itertools.cycle(questions):
        began = time.monotonic()
        if began >= end:
            break
        body = {"messages": [{"role": "user", "content": question}]}
        http.post("/v1/chat/completions", json=body).raise_for_status()
        latencies.append(time.monotonic() - began)
    return latencies


def _upload(url: str, file: Path) -> str:
    """Return the job's id."""
    with httpx2.Client(base_url=url, timeout=_PATIENCE_SECONDS, verify=False) as http:
        answer = http.post("/v1/documents", files=[("files", (file.name, file.read_bytes()))])
        answer.raise_for_status()
        return str(answer.json()["job_id"])


def _cancel(http: httpx2.Client, job_id: str) -> float | None:
    """Cancel the job; return the seconds until it has ended, None where a service cannot cancel."""
    began = time.monotonic()
    if http.request("DELETE", f"/v1/ingest/jobs/{job_id}").status_code >= 400:
        return None
    while http.get(f"/v1/ingest/jobs/{job_id}").json()["status"] not in ("cancelled", "done", "failed"):
        time.sleep(0.02)
    return time.monotonic() - began


def _stop(service: Serving) -> float:
    began = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    try:
        service.process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        service.kill()
    return time.monotonic() - began


@contextmanager
def _sampled_memory(pid: int) -> Iterator[_Memory]:
    memory = _Memory(start=sum(_megabytes(one) for one in _family(pid)))
    done = threading.Event()

    def sample() -> None:
        while not done.wait(_SAMPLE_SECONDS):
            sizes = {one: _megabytes(one) for one in _family(pid)}
            memory.peak = max(memory.peak, sum(sizes.values()))
            memory.service_peak = max(memory.service_peak, sizes[pid])

    sampling = threading.Thread(target=sample)
    sampling.start()
    try:
        yield memory
    finally:
        done.set()
        sampling.join()


def _family(pid: int) -> list[int]:
    """Return the process and everything that descends from it."""
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except FileNotFoundError:
            # It ended meanwhile.
            continue
    return found


def _megabytes(pid: int) -> float:
    """Return the proportional set size: a page that several processes share counts in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
