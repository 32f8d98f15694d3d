"""A distillation as a process that a test can kill: the product's own data, training and evaluation, one vLLM.

`python -m testing.serving.distilled MODEL OUT URL NAME`: base and student are both asked at URL, where a model of this
name is served. Starting vLLM for each of them is what takes the most time, and is tested elsewhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from cli.client import connect_here
from core.settings import Settings, read_settings
from evals.distill.run.parts import Parts, ReportProgress, ServedModel
from evals.distill.run.product import compress_student, make_data, render, train_student
from evals.distill.run.request import DistillRunRequest
from evals.distill.run.run import distill
from evals.distill.run.sets import judge_sets
from evals.service import StreamingClient

QUESTIONS, EXAMPLES = 2, 12


class Silent:
    """Says on stderr what is done, without progress."""

    def line(self, words: str) -> None:
        """Say one thing."""
        print(words, file=sys.stderr, flush=True)

    @contextmanager
    def bar(self, label: str) -> Iterator[ReportProgress]:
        """Show nothing."""
        del label
        yield lambda done, total: None


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[StreamingClient]:
    """Open a service in this process."""
    async with connect_here(settings, "test") as (client, _):
        yield client


def main() -> None:
    """Distill, and end with the exit code of the gate."""
    model, out, url, at_url = sys.argv[1:]

    @contextmanager
    def serve(model: Path, name: str, log: Path) -> Iterator[ServedModel]:
        del model, name, log
        yield ServedModel(url, at_url)

    request = DistillRunRequest(
        Path(model), Path(out), budget_s=600.0, questions=QUESTIONS, number=EXAMPLES, split="all", compress=False
    )
    parts = Parts(lambda _: None, connect, make_data, train_student, render, compress_student, serve)
    result = distill(request, judge_sets(read_settings(os.environ), request, os.environ), parts, Silent())
    sys.exit(result.exit_code)


if __name__ == "__main__":
    main()
