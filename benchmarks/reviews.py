"""How much longer a commit of one answer takes because answers join the review queue, paired.

    python -m benchmarks.reviews [--pairs 3000]

Each answer is written twice under two ids, with and without the queue, in alternating order. The table has the medians.
The databases are SQLite and, where it is installed, a private PostgreSQL server.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from app.answers.write import write_answers
from app.database import Database
from app.database.database import sqlite_url
from app.reviews.enqueue import SpotChecks
from testing.answers import kept_answer
from testing.postgres import postgres_binaries, running_postgres

_SHARE = 0.01


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3_000)
    pairs = parser.parse_args().pairs
    table = Table("database", "with the queue", "without", "median difference")
    with tempfile.TemporaryDirectory() as folder:
        table.add_row("SQLite", *_measure(sqlite_url(Path(folder)), pairs))
    if postgres_binaries() is not None:
        with running_postgres() as server:
            table.add_row("PostgreSQL", *_measure(server.create(), pairs))
    Console().print(table)


def _measure(url: str, pairs: int) -> tuple[str, str, str]:
    database = Database(url)
    database.upgrade()
    spot_checks = SpotChecks(_SHARE)
    with_queue, without = [], []
    for pair in range(pairs):
        for queues in (True, False) if pair % 2 else (False, True):
            if queues:
                with_queue.append(_write(database, f"answer-{pair}-a", spot_checks))
            else:
                with patch("app.answers.write.enqueue_answers", new=_ignore):
                    without.append(_write(database, f"answer-{pair}-b", spot_checks))
    database.close()
    differences = [one - other for one, other in zip(with_queue, without, strict=True)]
    first, second, third = map(statistics.median, (with_queue, without, differences))
    return f"{first:.2f} ms", f"{second:.2f} ms", f"{third:.2f} ms"


def _ignore(*_: object, **__: object) -> None:
    """Put nothing into the queue."""


def _write(database: Database, answer_id: str, spot_checks: SpotChecks) -> float:
    """Write an answer; return the milliseconds until it is committed."""
    record = kept_answer(answer_id)
    began = time.perf_counter()
    write_answers(database, [record], keeps_text=True, spot_checks=spot_checks)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
