"""How much later an answer is complete because it is kept, paired: each question is asked with and without `store`.

    python -m benchmarks.records [--pairs 300] [--clients 8] [--postgres]

A service answers the sample of the tests extractively, with the embedder that needs no model and without its answer
cache, so that an answer takes a few milliseconds and the commit shows. Of each pair the order alternates. The table has
the median and the mean of the differences, the latter with an interval of 95% (bootstrap), one at a time and from so
many clients at once, where a commit is shared. The database is SQLite, or a private PostgreSQL server.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import numpy as np
from rich.console import Console
from rich.table import Table

from testing.handbook import write_domain
from testing.hash_embedding_server import running_embedding_server
from testing.postgres import running_postgres
from testing.processes import environment, serving

_QUESTIONS = (
    "How many days of annual leave does every colleague have?",
    "When is an expense claim due?",
    "Who do I call when I am ill?",
    "What do I do with a lost laptop?",
)
_WARM = 20


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--postgres", action="store_true")
    arguments = parser.parse_args()
    with _running(postgres=arguments.postgres) as url:
        rows = {"one at a time": _paired(url, 0, arguments.pairs)}
        with ThreadPoolExecutor(arguments.clients) as pool:
            each = pool.map(lambda client: _paired(url, client, arguments.pairs // 2), range(arguments.clients))
            rows[f"{arguments.clients} clients at once"] = np.concatenate(list(each))
    Console().print(_table(rows, "PostgreSQL" if arguments.postgres else "SQLite"))


@contextmanager
def _running(*, postgres: bool) -> Iterator[str]:
    """Run a service until the end of the block; yield its address."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        embedder = stack.enter_context(running_embedding_server())
        variables = {"EMBEDDING_BASE_URL": embedder.url, "EMBEDDING_MODEL": "hash"}
        if postgres:
            variables["DATABASE_URL"] = stack.enter_context(running_postgres()).create()
        domain = write_domain(folder / "team", refuse_below=0.0)
        service = stack.enter_context(serving(environment(folder / "data", domain, **variables), folder / "log"))
        service.ingest()
        yield service.url


def _paired(url: str, client: int, pairs: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the milliseconds of each pair, shape (pairs, 2): not kept, kept."""
    measured = np.zeros((pairs, 2))
    with httpx2.Client(base_url=url, timeout=60, verify=False) as http:
        for number in range(-_WARM, pairs):
            for stores in ((False, True), (True, False))[number % 2]:
                took = _ask(http, _QUESTIONS[(number + client) % len(_QUESTIONS)], stores=stores)
                if number >= 0:
                    measured[number, int(stores)] = took
    return measured


def _ask(http: httpx2.Client, question: str, *, stores: bool) -> float:
    body = {"messages": [{"role": "user", "content": question}], "store": stores}
    began = time.perf_counter()
    about = http.post("/v1/chat/completions", json=body).json()["groundwork"]
    took = (time.perf_counter() - began) * 1000
    if about["recorded"] is not stores:
        raise RuntimeError(f"an answer with store={stores} is recorded: {about['recorded']}")
    return took


def _table(rows: dict[str, np.ndarray[tuple[int, int], np.dtype[np.float64]]], database: str) -> Table:
    table = Table(title=f"Milliseconds of an answer, {database}")
    for heading in ("", "pairs", "not kept, p50", "kept, p50", "difference, p50", "difference, mean", "95% interval"):
        table.add_column(heading)
    chance = np.random.default_rng(17)
    for name, measured in rows.items():
        difference = measured[:, 1] - measured[:, 0]
        means = [chance.choice(difference, len(difference)).mean() for _ in range(2000)]
        low, high = np.percentile(means, (2.5, 97.5))
        medians = [f"{value:.2f}" for value in (*np.median(measured, axis=0), np.median(difference))]
        table.add_row(name, str(len(measured)), *medians, f"{difference.mean():.2f}", f"{low:.2f} to {high:.2f}")
    return table


if __name__ == "__main__":
    main()
