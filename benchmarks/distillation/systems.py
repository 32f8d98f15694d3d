"""A system that answers, and its runs over the sets: the documents' own sentences, or a checkpoint that vLLM serves."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.distillation.sets import SPLIT, QuestionSet
from evals.run.folder import RESULTS_FILE, SUMMARY_FILE
from serving.checkpoint.read import read_checkpoint
from serving.compress.check import PYTHON, flags_for
from serving.get.folders import served_name, sized_name
from serving.vllm import served

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class System:
    """A system by its name in the tables, and the checkpoint's folder; None without a model."""

    name: str
    checkpoint: Path | None = None


def run_system(system: System, sets: Sequence[QuestionSet], runs: Path, at_once: int) -> None:
    """Ask the system every set that it has not answered yet. A run is the folder `runs`/SET/NAME."""
    missing = [one for one in sets if not (folder_of(runs, one, system) / SUMMARY_FILE).exists()]
    if not missing:
        return
    runs.mkdir(parents=True, exist_ok=True)
    with _model(system, runs / f"{system.name}.vllm.log") as environment:
        for one in missing:
            _evaluate(one, folder_of(runs, one, system), environment, at_once)


def folder_of(runs: Path, questions: QuestionSet, system: System) -> Path:
    """Return the folder of a system's run over a set."""
    return runs / questions.name / system.name


def run_command(arguments: Sequence[str], environment: dict[str, str]) -> None:
    """Run `groundwork eval …`. Its exit code is its verdict, which is part of what it prints."""
    print(f"\n$ groundwork eval {shlex.join(arguments)}", flush=True)
    subprocess.run(
        [sys.executable, "-m", "cli", "eval", *arguments],
        env={**os.environ, "COLUMNS": "110", **environment},
        check=False,
    )


def name_of(checkpoint: Path) -> str:
    """Return the name under which a checkpoint is served: its own, else its folder's with its size.

    From the name the app chooses the prompt (docs/answers.md).
    """
    return served_name(checkpoint) or sized_name(checkpoint.name, read_checkpoint(checkpoint).parameters)


@contextmanager
def _model(system: System, log: Path) -> Iterator[dict[str, str]]:
    """Serve the system's checkpoint, if it has one, and return the variables that name the server.

    The server's log remains where a run failed.
    """
    if system.checkpoint is None:
        yield {"LLM_BASE_URL": "", "LLM_MODEL": ""}
        return
    name = name_of(system.checkpoint)
    with served(system.checkpoint, log, (*flags_for(system.checkpoint), "--served-model-name", name), PYTHON) as server:
        yield {"LLM_BASE_URL": f"{server.url}/v1", "LLM_MODEL": name}
    log.unlink()


def _evaluate(questions: QuestionSet, out: Path, environment: dict[str, str], at_once: int) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    where = ["--resume", str(out)] if (out / RESULTS_FILE).exists() else ["--out", str(out)]
    cases = [] if questions.cases is None else ["--cases", str(questions.cases)]
    arguments = ["run", "--split", SPLIT, *cases, *where, "--concurrency", str(at_once)]
    run_command(arguments, {**questions.environment, **environment})
    print(f"{questions.name}, {out.name}: {time.perf_counter() - began:.0f} s", flush=True)
