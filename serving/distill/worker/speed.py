"""How fast this machine trains this model on these examples, and the number of steps that fit into the budget."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .tree import Row

SURE = 0.92
"""Of the time that is left, planned for steps: others use the machine as well, and rows differ."""
EVALUATING = 0.15
"""Of the time that is left, at most, for evaluations."""
MEASURED = 3
SLOWER, FASTER = 0.95, 0.05
"""Of the steps that are left: where fewer fit, the training ends earlier; where so many more are sure to fit, later."""
LATE = 0.5
"""The learning rate, as a share of its highest value, below which no steps are added: they would teach little."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What was decided before the first step.

    steps                of the training, with the learning rate at 0 after the last
    evaluations          steps after which there is one
    row_tokens_a_second  computed, with shared tokens counted once
    shares               whether the model can compute common tokens once
    first                the evaluation before the first step
    most_steps           of all epochs
    """

    steps: int
    evaluations: tuple[int, ...]
    row_tokens_a_second: float
    seconds_a_step: float
    evaluation_seconds: float
    shares: bool
    first: dict[str, Any] | None
    reason: str
    most_steps: int

    def to_dict(self) -> dict[str, Any]:
        """Return the object of the file."""
        return asdict(self)


def measure(run: Callable[[Row], None], rows: Sequence[Row]) -> float:
    """Return how many tokens of rows are computed a second; the first row is run once before."""
    chosen = rows[:MEASURED]
    run(chosen[0])
    began = time.monotonic()
    for row in chosen:
        run(row)
    return sum(len(row.ids) for row in chosen) / (time.monotonic() - began)


def schedule(
    seconds: float | None,
    step: float,
    evaluation: float,
    most_steps: int,
    evaluations: int,
) -> tuple[int, tuple[int, ...], str]:
    """Return the steps, those after which there is an evaluation, and why so many.

    That is `most_steps`, or what fits into the `seconds` that are left (None: no limit) when a step and an evaluation
    take so many seconds each.
    """
    if seconds is None:
        return most_steps, _points(most_steps, evaluations), "all epochs"
    count = min(evaluations, int(EVALUATING * seconds / evaluation)) if evaluation > 0 else evaluations
    count = max(count, min(1, evaluations))
    fit = int((SURE * seconds - count * evaluation) / step)
    if fit >= most_steps:
        return most_steps, _points(most_steps, count), "all epochs"
    steps = max(1, fit)
    return steps, _points(steps, count), f"what fits into the {seconds:.0f} s that are left"


def new_end(step: int, end: int, most: int, fit: int, rate: float) -> int | None:
    """Return where a training ends that has been faster or slower than it was planned; None where that may stay.

    `step` is the last one, `end` and `most` the planned and the largest number of steps, `fit` says how many more there
    is time for, and `rate` is the share of the learning rate. Where there is time for none, the end stays: the budget
    ends the training. Of a longer time a share is not planned for, as at the start (`SURE`).
    """
    left = end - step
    if 0 < fit < SLOWER * left:
        return step + fit
    longer = min(most, step + int(SURE * fit))
    return longer if longer > end + FASTER * left and rate >= LATE else None


def _points(steps: int, count: int) -> tuple[int, ...]:
    return spread(0, steps, count)


def spread(step: int, end: int, count: int) -> tuple[int, ...]:
    """Return so many steps at equal distances after one, the last of them at the end."""
    return tuple(sorted({step + math.ceil((end - step) * (place + 1) / count) for place in range(count)}))
