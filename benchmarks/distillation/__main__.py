"""Judge a student on pages that it was not trained on: `python -m benchmarks.distillation DATA_18F WORK [options]`.

    python -m benchmarks.distillation handbook_18f WORK --base BASE --student STUDENT --w8a8 COMPRESSED
    python -m benchmarks.distillation handbook_18f WORK --base BASE --curve TRAINING

DATA_18F has the handbook's `pages` and `downloads`. The questions are those of `sets.py`: about held-out pages, and of
the sample domain. Each system is asked all of them by `groundwork eval run`: the extractive answers, and each
checkpoint that is named, served by vLLM on this machine's processor. Then the gate decides on the student against the
extractive answers, the student is compared with its base, pair by pair, and the tables are printed. With `--curve` the
checkpoints of one training (folders checkpoint-N) are asked too, for the learning curve.

What is in WORK/runs is not asked again, and a run that was interrupted goes on: remove the folder of a system whose
checkpoint has changed. WORK/tables.json has the figures.

Not covered: a judge; a second training with another seed, so that the intervals are those over questions alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.distillation.curve import checkpoints
from benchmarks.distillation.sets import QuestionSet, prepare_held_out, prepare_sample
from benchmarks.distillation.systems import EXTRACTIVE, System, folder_of, run_command, run_system
from benchmarks.distillation.table import SEEN, figures, markdown, sizes

_MODEL, _SEEN = "for the model", "as users see it"
"""The two ways to count a degraded answer (table.py)."""


def main() -> None:
    """Ask what was not asked, then print the tables and the verdicts."""
    arguments = _arguments()
    work: Path = arguments.work.absolute()
    sets = [prepare_held_out(arguments.data.absolute(), work / "18f"), prepare_sample(work / "sample")]
    systems = _systems(arguments, work)
    for system in systems:
        run_system(system, sets, work / "runs", arguments.at_once)
    names = {system.name for system in systems}
    for one in sets:
        for candidate, verb, other in (("student", "gate", EXTRACTIVE), ("student", "compare", "base")):
            if {candidate, other} <= names:
                _verdict(verb, folder_of(work / "runs", one, System(candidate)), one, other)
    _print_tables(sets, systems, work)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_18F")
    parser.add_argument("work", type=Path, metavar="WORK")
    parser.add_argument("--base", type=Path, metavar="FOLDER", help="checkpoint that the student was trained from")
    parser.add_argument("--student", type=Path, metavar="FOLDER")
    parser.add_argument("--w8a8", type=Path, metavar="FOLDER", help="the student compressed by `model compress`")
    parser.add_argument("--curve", type=Path, metavar="FOLDER", help="folder with checkpoint-N of a training")
    parser.add_argument("--at-once", type=int, default=4, help="questions asked at a time (4)")
    arguments = parser.parse_args()
    if arguments.curve and not arguments.base:
        parser.error("--curve needs --base: a checkpoint of a training has no tokenizer of its own")
    return arguments


def _systems(arguments: argparse.Namespace, work: Path) -> list[System]:
    named = {"base": arguments.base, "student": arguments.student, "student-w8a8": arguments.w8a8}
    models = [System(name, folder.absolute()) for name, folder in named.items() if folder]
    steps = checkpoints(arguments.curve, arguments.base, work / "curve") if arguments.curve else []
    return [*models, *steps, System(EXTRACTIVE)]


def _verdict(verb: str, candidate: Path, questions: QuestionSet, other: str) -> None:
    beside = str(candidate.parent / other)
    words = ["gate", str(candidate), "--against", beside] if verb == "gate" else ["compare", beside, str(candidate)]
    run_command(words, questions.environment)


def _print_tables(sets: Sequence[QuestionSet], systems: Sequence[System], work: Path) -> None:
    found = {
        one.name: {
            counted: {
                system.name: figures(folder_of(work / "runs", one, system), as_seen=counted == _SEEN)
                for system in systems
            }
            for counted in (_MODEL, _SEEN)
        }
        for one in sets
    }
    for name, tables in found.items():
        print(f"\n{name}: {sizes(list(tables[_SEEN].values()))}\n\n{markdown(tables[_MODEL])}", flush=True)
        print(f"\nAs users see the answers:\n\n{markdown(tables[_SEEN], SEEN)}", flush=True)
    (work / "tables.json").write_text(json.dumps(found, indent=2, default=asdict) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
