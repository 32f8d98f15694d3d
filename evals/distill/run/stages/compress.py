"""Render the prompts of the calibration, and compress the student to w8a8."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.domain import load_domain
from core.prompts import Prompt, write_prompts
from evals.distill.run.inputs import Documents
from evals.distill.run.parts import Parts, Show
from evals.distill.run.place import Place, StageRecord, do_stage
from evals.distill.run.request import DistillRunRequest
from evals.distill.run.sets import JudgeSet
from serving.checkpoint.identity import describe_checkpoint
from serving.checkpoint.read import read_checkpoint
from serving.compress.calibration import choose_samples
from serving.compress.estimate import estimate
from serving.compress.methods import parse_scheme

SCHEME = "w8a8"
CALIBRATION, NAME = "calibration", "compression"
MAX_TOKENS = 4096
_MOST_SAMPLES, _FEWEST_SAMPLES = 256, 16
_SHARE = 0.1
"""Of the budget, which a compression may take. Chosen: SmolLM2 lost nothing that could be shown on 64 prompts
(docs/compression.md)."""


def render_calibration(
    place: Place,
    request: DistillRunRequest,
    base: tuple[Path, str],
    own: JudgeSet,
    documents: Documents,
    held_out: Collection[str],
    model: str,
    parts: Parts,
    show: Show,
) -> StageRecord:
    """Write the prompts that a student of this name is given, without a page that is held out of the examples.

    Return how many of them the compression will read, and the seconds that it is expected to take. `base`, a folder and
    its hash, has the student's shape.
    """
    inputs = {
        "base": base[1],
        "documents": documents.sha256,
        "recipe": load_domain(own.settings.domain_dir).recipes[request.recipe].sha256,
        "model": model,
        "held_out": sorted(held_out),
    }
    unseen = frozenset(held_out)

    def work() -> dict[str, Any]:
        with show.bar("Rendering prompts") as progress:
            rendered = parts.render(own.settings, request.recipe, model, progress)
        prompts = [prompt for prompt in rendered if unseen.isdisjoint(prompt.documents)]
        write_prompts(place.calibration, prompts)
        samples, seconds = _choose_effort(prompts, base[0], request.budget_s)
        return {"prompts": len(prompts), "samples": samples, "expected_s": seconds}

    return do_stage(place, CALIBRATION, inputs, [place.calibration], work, redo=request.redo)


def _choose_effort(prompts: Sequence[Prompt], base: Path, budget_s: float) -> tuple[int, float]:
    """Return the samples and the seconds: fewer samples where all would need more than a tenth of the budget."""
    checkpoint, scheme = read_checkpoint(base), parse_scheme(SCHEME)
    samples = _MOST_SAMPLES
    while True:
        chosen = choose_samples(prompts, samples, None, 0.0)
        seconds = estimate(checkpoint, scheme, chosen, MAX_TOKENS).seconds or 0.0
        if seconds <= _SHARE * budget_s or samples <= _FEWEST_SAMPLES:
            return samples, seconds
        samples //= 2


def compress(
    place: Place,
    request: DistillRunRequest,
    student: tuple[Path, str],
    calibration: StageRecord,
    out: Path,
    parts: Parts,
    show: Show,
) -> StageRecord:
    """Return the compressed student's hash and what compression.json says. `student` has a folder and its hash."""
    folder, sha256 = student
    samples = int((calibration.outputs or {})["samples"])
    inputs = {"student": sha256, "scheme": SCHEME, "samples": samples, "calibration": calibration.inputs}

    def work() -> dict[str, Any]:
        with show.bar("Compressing") as progress:
            result: Mapping[str, Any] = parts.compress(folder, place.calibration, out, samples, progress)
        return {"sha256": describe_checkpoint(out)["sha256"], "result": dict(result)}

    return do_stage(place, NAME, inputs, [out], work, redo=request.redo)
