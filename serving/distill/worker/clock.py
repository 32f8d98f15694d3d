"""The time that a training has taken, over all of its runs, and what is left of its budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median

_RECENT = 10
"""Steps by which the speed is judged."""


class Clock:
    """A clock that goes on where the last checkpoint of a killed run was.

    budget    seconds; None for no limit
    reserve   seconds that are needed after the last step
    evaluation  seconds that one takes, as far as known: at first those of the base, which writes longer answers
    """

    def __init__(
        self,
        budget: float | None,
        before: float,
        reserve: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget, self._before, self._reserve = budget, before, reserve
        self.evaluation = self._longest = 0.0
        self._now = now
        self._began = now()
        self._steps: list[tuple[int, float]] = []

    def elapsed(self) -> float:
        """Return the seconds until now."""
        return self._before + self._now() - self._began

    def left(self) -> float | None:
        """Return the seconds that are left for steps and evaluations; None for no limit."""
        return None if self._budget is None else self._budget - self._reserve - self.elapsed()

    def is_over(self) -> bool:
        """Return whether one more step, as long as the last one, would not leave the time for an evaluation."""
        left = self.left()
        return left is not None and left <= self.evaluation + self._last_step()

    def _last_step(self) -> float:
        """Return the seconds of the last step; 0 before the second one."""
        return self._steps[-1][1] - self._steps[-2][1] if len(self._steps) > 1 else 0.0

    def evaluated(self, seconds: float) -> None:
        """Take note of what an evaluation took, which does not count as a step."""
        self.evaluation = self._longest = max(self._longest, seconds)
        self._steps.clear()

    def steps_left(self, step: int, evaluations: int) -> int | None:
        """Return how many more steps fit beside so many evaluations; None where that is not known or not limited."""
        self._steps = [*self._steps[-_RECENT:], (step, self.elapsed())]
        left = self.left()
        if left is None or len(self._steps) <= _RECENT:
            return None
        # The median: a machine that was suspended, or busy for a moment, is as fast as before.
        seconds = median((now - then) / (last - first) for (first, then), (last, now) in pairwise(self._steps))
        return max(0, int((left - evaluations * self.evaluation) / seconds))
