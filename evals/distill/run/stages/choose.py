"""Choose the questions of each set, and write them into the folder of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.distill.run.inputs import files_sha256
from evals.distill.run.place import Place, StageRecord, do_stage
from evals.distill.run.request import DistillRunRequest
from evals.distill.run.sets import JudgeSet, choose_cases, write_cases

NAME = "cases"


def choose(
    place: Place, request: DistillRunRequest, sets: Mapping[str, JudgeSet], held_out: Sequence[str]
) -> StageRecord:
    """Return by set the hash of the questions, their number, and how many were left out for which reason.

    `held_out` are the documents of the own set that no example has a text of.
    """
    inputs = {
        "split": request.split,
        "questions": request.questions,
        **{f"cases of {name}": files_sha256(judged.files) for name, judged in sets.items()},
        "held_out": sorted(held_out),
    }

    def work() -> dict[str, Any]:
        found = {}
        for name, judged in sets.items():
            unseen = frozenset(held_out) if judged.is_own else None
            chosen = choose_cases(judged.files, request.split, unseen, request.questions)
            sha256 = write_cases(place.cases(name), chosen)
            found[name] = {"sha256": sha256, "questions": len(chosen.lines), "left_out": dict(chosen.left_out)}
        return found

    return do_stage(place, NAME, inputs, [place.cases(name) for name in sets], work, redo=request.redo)
