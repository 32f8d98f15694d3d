"""What is decided before the first step, and kept: whether prefixes are shared, how many steps, when to evaluate."""

from __future__ import annotations

import json
import math
import time
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from .attention import Branches
from .clock import Clock
from .judge import Judge
from .kept import write_json
from .loss import RowLoss, gradients, row_loss
from .model import device, in_its_types
from .order import Steps, pack
from .points import Point, described
from .report import note
from .speed import Schedule, measure, schedule
from .tree import Example, Row

UPDATE_SECONDS = 5e-9
"""Of AdamW and the norm of the gradients, for each parameter."""
SAMPLED_STEPS = 12
TOLERANCE = 0.02
"""The largest difference of a loss with and without sharing, relative: bfloat16 rounds to 0.4%, in each layer."""
_FILE = "schedule.json"


def read_plan(work: Path) -> Schedule | None:
    """Return what an earlier run decided; None where none did."""
    file = work / _FILE
    if not file.exists():
        return None
    values = json.loads(file.read_text(encoding="utf-8"))
    return Schedule(**{**values, "evaluations": tuple(values["evaluations"])})


def make_plan(
    job: dict[str, Any],
    model: Any,
    branches: Branches,
    examples: tuple[Example, ...],
    judge: Judge,
    clock: Clock,
    loss_of: RowLoss,
) -> Schedule:
    """Judge the model as it is, measure how fast it is trained, decide, and keep the decision."""
    first: Point | None = None
    evaluation = 0.0
    if judge.can and job["evaluations"]:
        began = time.monotonic()
        first = judge.point(model, 0, 0, 0, clock.elapsed())
        evaluation = time.monotonic() - began
        note(described(first))
    most = max(1, math.ceil(job["epochs"] * len(examples) / min(job["batch_examples"], len(examples))))
    sample = Steps(examples, most, job["batch_examples"], job["row_tokens"], job["seed"], judge.shares)
    rows = [sample[number] for number in range(min(SAMPLED_STEPS, most))]
    rate = measure(lambda row: _train_once(model, branches, row, job, loss_of), [row for step in rows for row in step])
    trained = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    step_tokens = fmean(sum(len(row.ids) for row in step) for step in rows)
    step_seconds = step_tokens / rate + UPDATE_SECONDS * trained
    count = job["evaluations"] if judge.can else 0
    steps, points, reason = schedule(clock.left(), step_seconds, evaluation, most, count)
    plan = Schedule(
        steps=steps,
        evaluations=points,
        row_tokens_a_second=round(rate, 1),
        seconds_a_step=round(step_seconds, 3),
        evaluation_seconds=round(evaluation, 3),
        shares=judge.shares,
        first=first.to_dict() if first else None,
        reason=reason,
        most_steps=most,
    )
    whole = fmean(sum(row.tokens for row in step) for step in rows)
    note(
        f"{rate:.0f} tokens a second ({rate * whole / step_tokens:.0f} with shared ones counted each time), "
        f"{step_seconds:.1f} s a step of {sample.batch} examples, {evaluation:.1f} s an evaluation: {steps} steps, "
        f"{steps * sample.batch / len(examples):.2f} epochs of {len(examples)} examples ({reason}); "
        f"evaluations after steps {', '.join(map(str, points)) or 'none'}."
    )
    write_json(judge.work / _FILE, plan.to_dict())
    return plan


def can_share(model: Any, branches: Branches, examples: tuple[Example, ...], bfloat16: bool) -> bool:
    """Return whether two examples in one row have the loss that they have in a row each."""
    import torch

    pair = _pair(examples)
    if pair is None:
        return True
    rows = (pack(pair, 10**9, shares=True), pack(pair, 10**9, shares=False))
    try:
        with torch.no_grad():
            together, alone = (sum(_loss(model, branches, row, bfloat16) for row in made) for made in rows)
    except (ValueError, RuntimeError, TypeError) as error:
        note(f"Each example is computed alone: {type(error).__name__}: {error}")
        return False
    difference = abs(together - alone) / alone
    if difference >= TOLERANCE:
        note(f"Each example is computed alone: with common tokens shared the loss differs by {difference:.1%}.")
    return difference < TOLERANCE


def _pair(examples: tuple[Example, ...]) -> tuple[Example, Example] | None:
    """Return two short examples."""
    short = sorted(examples, key=lambda example: len(example.ids))
    return (short[0], short[1]) if len(short) > 1 else None


def _loss(model: Any, branches: Branches, row: Row, bfloat16: bool) -> float:
    with branches.along(row, device()), in_its_types(bfloat16):
        return float(row_loss(model, row, device()))


def _train_once(model: Any, branches: Branches, row: Row, job: dict[str, Any], loss_of: RowLoss) -> None:
    gradients(model, branches, [row], partial(in_its_types, job["bfloat16"]), lambda loss: loss.backward(), loss_of)
    model.zero_grad()
