"""Make the examples that the student learns from, of the documents that are not held out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.domain import load_domain
from evals.distill.run.inputs import Documents, files_sha256
from evals.distill.run.parts import Parts, Show
from evals.distill.run.place import Place, StageRecord, do_stage
from evals.distill.run.request import DistillRunRequest
from evals.distill.run.sets import JudgeSet

NAME = "data"


def make_data(
    place: Place, request: DistillRunRequest, own: JudgeSet, documents: Documents, parts: Parts, show: Show
) -> StageRecord:
    """Return what the data card says."""
    inputs = {
        "documents": documents.sha256,
        "cases": files_sha256(own.files),
        "recipe": load_domain(own.settings.domain_dir).recipes[request.recipe].sha256,
        "number": request.number,
        "seed": request.seed,
        "teacher": request.describe_teacher(),
    }

    def work() -> Mapping[str, Any]:
        with show.bar("Making examples") as progress:
            return parts.make_data(own.settings, request, place.examples, progress)

    return do_stage(place, NAME, inputs, [place.examples], work, redo=request.redo)
