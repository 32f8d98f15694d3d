"""How long this build's check takes in relation to that of another checkout of the project.

    python -m benchmarks.grounding.speed_ratio DATA_FOLDER --against CHECKOUT [--rounds N] [--cases N]

Both builds check the same texts (see `speed`), each in a process of its own, in turn: one check here, the same check
there. Each round starts new processes, so that no text was seen before. Indexed is the check alone, where all indexes
were built before; cold is building the index and the check. The times are processor time of the checking thread, so
that what other programs on the machine do counts little. The interval of a ratio is a 95% bootstrap interval over the
cases.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from benchmarks.grounding.speed import Sample, unseen_cases

_WARMING_CASES = 20
_RESAMPLES = 2000
_MEASURES = ("indexed", "cold")
Times = npt.NDArray[np.float64]
"""Milliseconds, by round and case."""

_WORKER = """
import gc, json, sys, time
from pathlib import Path
import app.grounding
from app.grounding import ContextIndex, check
assert Path(app.grounding.__file__).is_relative_to(Path.cwd()), app.grounding.__file__
indexes = []
for line in sys.stdin:
    work, answer, passages = json.loads(line)
    began = time.thread_time()
    if work == "build":
        indexes.append(ContextIndex.build(passages))
    elif work == "freeze":  # as the service does when it has loaded everything
        gc.collect()
        gc.freeze()
        indexes.reverse()
    elif work == "indexed":
        check(answer, indexes.pop())
    else:
        check(answer, ContextIndex.build(passages))
    print((time.thread_time() - began) * 1000, flush=True)
"""


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    checkouts = [Path(__file__).parents[2], arguments.against.resolve()]
    cases = list(unseen_cases(arguments.folder, _WARMING_CASES + 2 * arguments.cases))
    rounds = [_round(checkouts, cases, number) for number in range(arguments.rounds)]
    measured = np.array(rounds)  # by round, measure, build and case
    table = ratio_table({name: (measured[:, at, 0], measured[:, at, 1]) for at, name in enumerate(_MEASURES)})
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def ratio_table(times: dict[str, tuple[Times, Times]]) -> Table:
    """Return, for each measure, the p50 and p99 of this build and the other one, and the ratio of the p50s."""
    rounds, cases = next(iter(times.values()))[0].shape
    table = Table(title=f"Milliseconds of processor time: {rounds} rounds of {cases} cases")
    for column in ("", "p50 here", "there", "ratio", "95%", "p99 here", "there", "p99 / p50 here", "there"):
        table.add_column(column, justify="right" if column else "left")
    for name, (ours, theirs) in times.items():
        low, high = _interval(ours, theirs)
        p50, p99 = np.percentile([ours, theirs], [50, 99], axis=(1, 2))
        table.add_row(
            name,
            *(f"{value:.2f}" for value in p50),
            f"{p50[0] / p50[1]:.3f}",
            f"{low:.3f}–{high:.3f}",
            *(f"{value:.2f}" for value in p99),
            *(f"{value:.1f}" for value in p99 / p50),
        )
    return table


def _interval(ours: Times, theirs: Times) -> tuple[float, float]:
    """Return the interval of the ratio of the p50s of two builds."""
    cases = ours.shape[1]
    chosen = np.random.default_rng(0).integers(cases, size=(_RESAMPLES, cases))
    ratios = [np.median(ours[:, some]) / np.median(theirs[:, some]) for some in chosen]
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(low), float(high)


def _round(checkouts: list[Path], cases: list[Sample], number: int) -> list[list[list[float]]]:
    """Return the milliseconds of one round, by measure, build and case."""
    half = (len(cases) - _WARMING_CASES) // 2
    warming, indexed, cold = cases[:_WARMING_CASES], cases[_WARMING_CASES:-half], cases[-half:]
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(checkout)) for checkout in checkouts]
        for worker in workers:
            for answer, passages in warming:
                _timed(worker, "cold", answer, passages)
            for _, passages in indexed:
                _timed(worker, "build", "", passages)
            _timed(worker, "freeze", "", [])
        measured: list[list[list[float]]] = []
        for name, ones in zip(_MEASURES, (indexed, cold), strict=True):
            measured.append([[] for _ in workers])
            for position, (answer, passages) in enumerate(ones):
                first = (number + position) % len(workers)
                for build in (*range(first, len(workers)), *range(first)):
                    measured[-1][build].append(_timed(workers[build], name, answer, passages))
    return measured


@contextmanager
def _worker(checkout: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _WORKER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=checkout) as process:
        yield process


def _timed(worker: subprocess.Popen[str], work: str, answer: str, passages: list[str]) -> float:
    """Return the milliseconds that a process takes for a piece of work."""
    sent: Any = worker.stdin
    received: Any = worker.stdout
    sent.write(json.dumps([work, answer, passages]) + "\n")
    sent.flush()
    return float(received.readline())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--against", type=Path, required=True, help="the checkout of the other build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", type=int, default=150, help="of each measure")
    arguments = parser.parse_args()
    if not (arguments.against / "app" / "grounding").is_dir():
        parser.error(f"--against {arguments.against} has no folder app/grounding; name a checkout of the project")
    return arguments


if __name__ == "__main__":
    main()
