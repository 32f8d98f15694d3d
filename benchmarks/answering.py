"""How fast extractive answers and searches are, against another checkout of the project in the same run.

    python -m benchmarks.answering OTHER [--documents FOLDER] [--questions FILE] [--clients 16] [--data DIR]

OTHER is the path of a checkout with its own `.venv`. Both ingest the same documents, by default those of the sample
handbook, and serve them side by side; every question goes to one and then to the other. FILE has a question in each
line of JSON, in the field `question`; by default they are those of the sample domain's cases.jsonl. DIR keeps the two
indexes for a further run.

The table shows p50 and p95 of answers (POST /v1/chat/completions, with grounding) and of searches (POST /v1/search) one
at a time, and answers a second of so many clients at once, in turns of so many seconds. This checkout keeps no answers
meanwhile; the last row asks everything a second time of a service that does.

Not covered: answers of a model. Linux.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from rich.console import Console
from rich.table import Table

from testing.builders import REPOSITORY
from testing.model_server import free_port

_START_SECONDS = 120.0
_ROUNDS = 3
"""Turns of each service with many clients."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout of the project, its data directory, and the variables of its processes."""

    folder: Path
    data_dir: Path
    variables: Mapping[str, str]

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command of this checkout."""
        return subprocess.Popen(
            [str(self.folder / ".venv" / "bin" / "groundwork"), *arguments],
            cwd=self.folder,
            env={**os.environ, "GROUNDWORK_DATA_DIR": str(self.data_dir), "HF_HUB_OFFLINE": "1", **self.variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ingest(self, documents: Sequence[str]) -> None:
        """Ingest the documents unless they are in the index. Raises RuntimeError when that fails."""
        if self.run("ingest", *documents).wait() != 0:
            raise RuntimeError(f"groundwork ingest failed in {self.folder}")

    @contextmanager
    def served(self) -> Iterator[Client]:
        """Serve until the end of the block."""
        port = free_port()
        process = self.run("serve", "--port", str(port))
        try:
            client = Client(f"http://127.0.0.1:{port}")
            client.wait()
            yield client
        finally:
            process.terminate()
            process.wait()


@dataclass(frozen=True, slots=True)
class Client:
    """What a client asks of a service."""

    url: str

    def connect(self) -> httpx2.Client:
        """Return an HTTP client, which may be used by one thread."""
        return httpx2.Client(base_url=self.url, timeout=_START_SECONDS, verify=False)

    def wait(self) -> None:
        """Wait until the service is ready. Raises RuntimeError when it is not soon."""
        deadline = time.perf_counter() + _START_SECONDS
        with self.connect() as http:
            while time.perf_counter() < deadline:
                try:
                    if http.get("/ready").status_code == 200:
                        return
                except httpx2.TransportError:
                    pass  # It does not listen yet.
                time.sleep(0.1)
        raise RuntimeError(f"{self.url} was not ready within {_START_SECONDS:.0f} s")


def answer(http: httpx2.Client, question: str) -> float:
    """Return the milliseconds of an answer."""
    return _post(http, "/v1/chat/completions", {"messages": [{"role": "user", "content": question}]})


def search(http: httpx2.Client, question: str) -> float:
    """Return the milliseconds of a search."""
    return _post(http, "/v1/search", {"query": question})


def _post(http: httpx2.Client, path: str, body: Mapping[str, Any]) -> float:
    began = time.perf_counter()
    http.post(path, json=body).raise_for_status()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Measure both checkouts and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="a checkout with its own .venv")
    parser.add_argument("--documents", type=Path, help="a folder; default: the sample handbook")
    parser.add_argument("--questions", type=Path, default=REPOSITORY / "domains" / "onboarding" / "cases.jsonl")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--data", type=Path, help="keep the indexes in this folder; default: a temporary one")
    arguments = parser.parse_args()
    lines = arguments.questions.read_text(encoding="utf-8").splitlines()
    questions = list(dict.fromkeys(json.loads(line)["question"] for line in lines))
    with ExitStack() as stack:
        data = arguments.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        domain = {"GROUNDWORK_DOMAIN": "documents" if arguments.documents else "onboarding"}
        here = Checkout(REPOSITORY, data / "here", {**domain, "GROUNDWORK_ANSWER_CACHE_MB": "0"})
        other = Checkout(arguments.other.resolve(), data / "other", domain)
        for checkout in (here, other):
            checkout.ingest([str(arguments.documents.resolve())] if arguments.documents else [])
        table = Table("what", "here", "other", "ratio", title=f"{len(questions)} questions")
        with here.served() as one, other.served() as another:
            _add_latencies(table, one, another, questions)
            _add_throughput(table, one, another, questions, arguments.clients, arguments.seconds)
        with Checkout(REPOSITORY, data / "here", domain).served() as keeping:
            _add_second_asking(table, keeping, questions)
    Console().print(table)


def _add_latencies(table: Table, here: Client, other: Client, questions: Sequence[str]) -> None:
    """One question at a time: p50 and p95 of answers and searches, and the ratio of both."""
    with here.connect() as one, other.connect() as another:
        for name, ask in (("answer", answer), ("search", search)):
            for http in (one, another):
                ask(http, "warm")
            pairs = np.array([(ask(one, question), ask(another, question)) for question in questions])
            for percent in (50, 95):
                mine, theirs = np.percentile(pairs, percent, axis=0)
                table.add_row(f"{name}, p{percent}, ms", f"{mine:.1f}", f"{theirs:.1f}", f"{mine / theirs:.2f}")


def _add_throughput(
    table: Table, here: Client, other: Client, questions: Sequence[str], clients: int, seconds: float
) -> None:
    """Many clients at once, in turns: answers a second, and the median of the ratios."""
    pairs = [tuple(_rate(client, questions, clients, seconds) for client in (here, other)) for _ in range(_ROUNDS)]
    mine, theirs = np.median(pairs, axis=0)
    ratio = float(np.median([a / b for a, b in pairs]))
    table.add_row(f"answers a second, {clients} clients", f"{mine:.1f}", f"{theirs:.1f}", f"{ratio:.2f}")


def _rate(client: Client, questions: Sequence[str], clients: int, seconds: float) -> float:
    """Ask the questions in rotation for so many seconds; return answers a second."""
    deadline = time.perf_counter() + seconds
    waiting = itertools.cycle(questions)

    def work(_: int) -> int:
        done = 0
        with client.connect() as http:
            while time.perf_counter() < deadline:
                answer(http, next(waiting))
                done += 1
        return done

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        done = sum(pool.map(work, range(clients)))
    return done / (time.perf_counter() - began)


def _add_second_asking(table: Table, keeping: Client, questions: Sequence[str]) -> None:
    """Ask everything twice of a service that keeps answers: p50 of the first and of the second time."""
    with keeping.connect() as http:
        answer(http, "warm")
        first, second = (np.percentile([answer(http, question) for question in questions], 50) for _ in range(2))
    table.add_row("asked again, to the first time, p50, ms", f"{second:.1f}", f"{first:.1f}", f"{second / first:.2f}")


if __name__ == "__main__":
    main()
