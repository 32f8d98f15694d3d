"""Confirm a gain on held-out cases, which took no part in the search: the paired difference and its 95% interval.

The interval is that of `groundwork eval compare` (`evals/compare/draws.py`), which holds for few cases as well. One
candidate is confirmed, chosen before a held-out case is asked, so that the number of candidates that were tried does
not matter to it. It would for a candidate that was chosen on the same cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.compare.draws import draw_differences
from evals.compare.power import cases_needed
from evals.compare.statistic import Observed, Ratio
from evals.metrics.catalogue import Metric

_TAIL = 0.025
"""Of each side of a 95% interval."""
_SCORE = Metric("score", "Migration", "higher")
_MOST = 1.0
"""The greatest score; the least is 0."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The mean scores of both prompts on `n` held-out cases, and the candidate's minus the present one's.

    `needed` cases would show a difference of this size with a probability of 80%; None where it is not above 0, or
    where they are too many.
    """

    present: float
    candidate: float
    difference: float
    low: float
    high: float
    n: int
    needed: int | None

    @property
    def is_gain(self) -> bool:
        """Whether the interval of the difference is above 0."""
        return self.low > 0


def compare_scores(present: Sequence[float], candidate: Sequence[float]) -> Confirmation:
    """Compare the scores of the same cases, in the same order; there is at least one."""
    before, after, ones = np.array(present), np.array(candidate), np.ones(len(present))
    a, b = (Ratio(scores, ones, _MOST, 1.0) for scores in (before, after))
    draws = draw_differences([Observed(_SCORE, a, b, before, after, _MOST)], len(ones))[0]
    difference = b.value - a.value
    deviation = draws.deviation() * float(np.sqrt(len(ones)))
    needed = cases_needed(difference, deviation, _MOST, _TAIL) if difference > 0 else None
    return Confirmation(
        a.value, b.value, difference, draws.low_bound(_TAIL), draws.high_bound(_TAIL), len(ones), needed
    )
