"""Train the student in the time that compression and evaluation leave."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals.distill.run.budget import Reserve, in_words, training_seconds
from evals.distill.run.parts import Parts, Show
from evals.distill.run.place import Place, StageRecord, do_stage
from evals.distill.run.request import DistillRunRequest
from serving.checkpoint.identity import describe_checkpoint

NAME = "training"


def train(
    place: Place,
    request: DistillRunRequest,
    base_sha256: str,
    data: Mapping[str, Any],
    spent_s: float,
    reserve: Reserve,
    student: Path,
    parts: Parts,
    show: Show,
) -> StageRecord:
    """Return the student's hash, the seconds that were reserved and given, and what distillation.json says.

    `data` are the outputs of the stage that made the examples, `spent_s` the seconds of the stages before this one.
    """
    inputs = {"base": base_sha256, "data": data["sha256"], "method": request.method, "seed": request.seed}

    def work() -> dict[str, Any]:
        given = training_seconds(request.budget_s, spent_s, reserve)
        show.line(
            f"Training gets {in_words(given)}: of {in_words(request.budget_s)}, {in_words(spent_s)} are spent, and "
            f"{in_words(reserve.seconds)} are reserved for compression and evaluation."
        )
        result = parts.train(request, place.examples, student, given, show)
        return {
            "sha256": describe_checkpoint(student)["sha256"],
            "given_s": given,
            "reserve": reserve.to_dict(),
            "budget_s": request.budget_s,
            "result": dict(result),
        }

    return do_stage(place, NAME, inputs, [student], work, redo=request.redo)
