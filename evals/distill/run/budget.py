"""The time of a run: what is spent, what compression and evaluation will need, and what training gets.

The base is evaluated before the student is trained, over the same questions and on the same machine, so that its time
is the estimate for the student, and for the compressed student. A student that repeats itself less than its base ends
its answers sooner, so that the estimate errs on the long side.

Not covered: a machine that becomes slower in between, and the time of a stage that is done again with --redo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.errors import ConfigurationError
from evals.distill.run.place import StageRecord
from serving.compress.estimate import duration

MARGIN = 1.1
"""By which the estimates are multiplied. Chosen: two evaluations of one model differ by some percent."""
CLOSING_SECONDS = 20.0
"""For the gates and the report. Chosen: they took 3 s over 200 questions."""
LEAST_TRAINING_SECONDS = 60.0
"""Chosen: the trainer needs some 20 s to begin."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """The seconds that each stage after the training will need, as estimated before it."""

    stages: Mapping[str, float]

    @property
    def seconds(self) -> float:
        """The sum."""
        return sum(self.stages.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the seconds of each stage, and their sum."""
        return {**asdict(self), "seconds": self.seconds}


def estimate_reserve(base_s: float, compression_s: float | None) -> Reserve:
    """Return the reserve, with its margin: `base_s` are those of the base's evaluation.

    `compression_s` is None where the student is not compressed.
    """
    stages = {"student": base_s}
    if compression_s is not None:
        stages |= {"compression": compression_s, "student-w8a8": base_s}
    return Reserve({**{name: MARGIN * seconds for name, seconds in stages.items()}, "gate": CLOSING_SECONDS})


def spent(records: Iterable[StageRecord]) -> float:
    """Return the seconds that these stages have taken, those of starts that were killed included."""
    return sum(record.seconds for record in records)


def training_seconds(budget_s: float, spent_s: float, reserve: Reserve) -> float:
    """Return the whole seconds that all starts of the training together may take.

    `spent_s` are those of the stages before it. A training that was killed does again what came after its last
    checkpoint, and that is beyond the budget. Raises ConfigurationError where nothing is left.
    """
    left = float(int(budget_s - spent_s - reserve.seconds))
    if left < LEAST_TRAINING_SECONDS:
        wanted = -(-(spent_s + reserve.seconds + 2 * LEAST_TRAINING_SECONDS) // 60)
        raise ConfigurationError(
            f"--budget is {budget_s:.0f} s, of which {spent_s:.0f} s are spent and {reserve.seconds:.0f} s are needed "
            f"for compression and evaluation: nothing is left for training. Run again with --budget {wanted:.0f}m or "
            "more (what is done is kept), or ask fewer questions: --questions N --redo."
        )
    return left


def in_words(seconds: float) -> str:
    """Return a duration for people."""
    return duration(seconds).removeprefix("about ")
