"""One promotion from beginning to end, over real checkpoints: `python -m benchmarks.promotion WORK [NAME …]`.

WORK/model is a checkpoint in 16 bits, and each WORK/NAME (w8a8, w4a16 …) one that `groundwork model compress` made of
it. "damaged" is made here: a tenth of noise in every second matrix of the original. Each is served by vLLM behind the
app and asked the sample domain's gold questions of the split "test" (`groundwork eval run`); so are the extractive
answers, without a model. Then the gate decides on each against the original, and the arena ranks all. Every step is a
command of the product and prints what it prints; docs/evals.md shows it. What is in WORK/runs is not run again.

Not covered: a judge; and latencies of a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.compression.app import prepare_domain
from serving.checkpoint.read import read_checkpoint
from serving.compress.check import PYTHON, flags_for
from serving.get.folders import sized_name
from serving.vllm import served
from testing.serving.damaged import damaged_checkpoint

_NOISE = 0.1
_BY = "answers with all required tokens"


def main() -> None:
    """Run what was not run, then decide and rank."""
    arguments = _arguments()
    work: Path = arguments.work.absolute()
    data = prepare_domain(work, questions=1, checked=1).data
    runs = work / "runs"
    if not (work / "damaged").exists():
        damaged_checkpoint((work / "model").resolve(), work / "damaged", _NOISE)
    own = {"GROUNDWORK_DATA_DIR": str(data)}
    parameters = read_checkpoint(work / "model").parameters
    _evaluate(runs / "extractive", own, arguments.at_once)
    names = ["model", *arguments.names, "damaged"]
    for name in names:
        if not (runs / name / "summary.json").exists():
            with _served(work / name, parameters) as environment:
                _evaluate(runs / name, {**own, **environment}, arguments.at_once)
    for name in [*names[1:], "extractive"]:
        _command(["gate", str(runs / name), "--against", str(runs / "model")], own)
    _command(["arena", *(str(runs / name) for name in [*names, "extractive"]), "--by", _BY], own)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, metavar="WORK")
    parser.add_argument("names", nargs="*", metavar="NAME", default=["w8a8", "w4a16"])
    parser.add_argument("--at-once", type=int, default=4, help="questions asked at a time")
    return parser.parse_args()


@contextmanager
def _served(model: Path, parameters: int) -> Iterator[dict[str, str]]:
    """Serve a checkpoint under a name with the size of the original, by which the app chooses the prompt."""
    name = sized_name(model.name, parameters)
    log = model.parent / f".{model.name}.log"
    with served(model, log, (*flags_for(model), "--served-model-name", name), PYTHON) as server:
        yield {"LLM_BASE_URL": f"{server.url}/v1", "LLM_MODEL": name}


def _evaluate(out: Path, environment: dict[str, str], at_once: int) -> None:
    if (out / "summary.json").exists():
        return
    began = time.perf_counter()
    _command(["run", "--split", "test", "--out", str(out), "--concurrency", str(at_once)], environment)
    print(f"{out.name}: {time.perf_counter() - began:.0f} s", flush=True)


def _command(arguments: list[str], environment: dict[str, str]) -> None:
    """Run `groundwork eval …`. Its exit code is its verdict, which is part of what it prints."""
    print(f"\n$ groundwork eval {shlex.join(arguments)}", flush=True)
    subprocess.run(
        [sys.executable, "-m", "cli", "eval", *arguments],
        env={**os.environ, "COLUMNS": "110", **environment},
        check=False,
    )


if __name__ == "__main__":
    main()
