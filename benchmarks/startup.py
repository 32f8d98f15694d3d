"""How long commands take from their start, against another checkout of the project in the same run.

    python -m benchmarks.startup OTHER [--runs 3]

OTHER is the path of a checkout with its own `.venv`. Each checkout ingests the sample handbook once into a data
directory of its own. Then every command runs in both checkouts in turn, as a whole process: once to warm up, and
`--runs` times for the figures. `second make demo` is `groundwork ingest`, which finds nothing new, and then
`groundwork serve` to its first answer over HTTP, a chat completion with status 200.

The table shows medians of the elapsed time and of the processor time (user and system), and the ratios pair by pair.
On a busy machine the processor time is the steadier of the two.

Not covered: what make does before the commands, and the first run, which ingests. Linux.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import numpy as np
from rich.console import Console
from rich.table import Table

_REPOSITORY = Path(__file__).resolve().parent.parent
_QUESTION = "How many days of annual leave do I get?"
_ANSWER_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of a run: elapsed, and of processor time."""

    elapsed: float
    processor: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.elapsed + other.elapsed, self.processor + other.processor)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout of the project and the data directory that it ingests into."""

    folder: Path
    data_dir: Path

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command of this checkout."""
        own = {"GROUNDWORK_DATA_DIR": str(self.data_dir), "GROUNDWORK_DOMAIN": "onboarding", "HF_HUB_OFFLINE": "1"}
        return subprocess.Popen(
            [str(self.folder / ".venv" / "bin" / "groundwork"), *arguments],
            cwd=self.folder,
            env={**os.environ, **own},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *arguments: str) -> Cost:
        """Run a command to its end. Raises RuntimeError when it fails."""
        began = time.perf_counter()
        process = self.start(*arguments)
        code, processor = _wait(process)
        if code != 0:
            raise RuntimeError(f"groundwork {' '.join(arguments)} ended with {code} in {self.folder}")
        return Cost(time.perf_counter() - began, processor)

    def second_demo(self) -> Cost:
        """Run what a second `make demo` runs, to the first answer."""
        return self.run("ingest") + self._first_answer()

    def _first_answer(self) -> Cost:
        port = _free_port()
        began = time.perf_counter()
        process = self.start("serve", "--port", str(port))
        try:
            _await_answer(f"http://127.0.0.1:{port}/v1/chat/completions")
            elapsed = time.perf_counter() - began
        finally:
            process.terminate()
            _, processor = _wait(process)
        return Cost(elapsed, processor)


MEASURED: tuple[tuple[str, Callable[[Checkout], Cost]], ...] = (
    ("ask, without a service", lambda checkout: checkout.run("ask", _QUESTION)),
    ("second make demo, to its first answer", Checkout.second_demo),
    ("search, without a service", lambda checkout: checkout.run("search", _QUESTION)),
    ("ingest, nothing new", lambda checkout: checkout.run("ingest")),
    ("ground", lambda checkout: checkout.run("ground", "--answer", "README.md", "--context", "README.md")),
    ("--help", lambda checkout: checkout.run("--help")),
    ("model plan --help", lambda checkout: checkout.run("model", "plan", "--help")),
)


def main() -> None:
    """Measure both checkouts and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="a checkout with its own .venv")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    table = Table("what", "elapsed", "other", "ratio", "processor", "other", "ratio", title="seconds, medians")
    with tempfile.TemporaryDirectory() as scratch:
        here = Checkout(_REPOSITORY, Path(scratch) / "here")
        other = Checkout(arguments.other.resolve(), Path(scratch) / "other")
        for checkout in (here, other):
            checkout.run("ingest")
        for name, measure in MEASURED:
            measure(here), measure(other)
            pairs = [(measure(here), measure(other)) for _ in range(arguments.runs)]
            table.add_row(name, *_figures([(a.elapsed, b.elapsed) for a, b in pairs]), *_figures(_processor(pairs)))
    Console().print(table)


def _processor(pairs: list[tuple[Cost, Cost]]) -> list[tuple[float, float]]:
    return [(here.processor, other.processor) for here, other in pairs]


def _figures(pairs: list[tuple[float, float]]) -> tuple[str, str, str]:
    here, other, ratio = (float(np.median(values)) for values in zip(*((a, b, a / b) for a, b in pairs), strict=True))
    return f"{here:.2f}", f"{other:.2f}", f"{ratio:.2f}"


def _await_answer(url: str) -> None:
    """Ask until the service answers. Raises RuntimeError when it does not."""
    body = {"messages": [{"role": "user", "content": _QUESTION}]}
    deadline = time.perf_counter() + _ANSWER_SECONDS
    with httpx2.Client(timeout=_ANSWER_SECONDS, verify=False) as client:
        while time.perf_counter() < deadline:
            try:
                if client.post(url, json=body).status_code == 200:
                    return
            except httpx2.TransportError:
                pass  # It does not listen yet.
            time.sleep(0.02)
    raise RuntimeError(f"{url} did not answer within {_ANSWER_SECONDS:.0f} s")


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Wait for the end of a process; return its exit code and its seconds of processor time."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    main()
