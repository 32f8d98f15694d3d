"""Ratios of two measurements with 95% intervals, by the bootstrap over requests.

Requests are drawn with replacement from each measurement separately, the ratio of the two statistics is taken for each
of 2,000 draws, and the interval is that between its 2.5th and 97.5th percentiles (Efron and Tibshirani, An Introduction
to the Bootstrap, 1993, chapter 8: two samples).

Not covered: requests that are in flight together wait for one another, and a run on another day, or on a busy machine,
differs by more than its requests do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.stats import SEED, Array, Rows, bounds, draw

Statistic = Callable[..., Array]
"""Takes one or more arrays with one request a row on the last axis, and reduces that axis."""

_DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """B over A, and its 95% interval."""

    value: float
    low: float
    high: float

    @property
    def decided(self) -> bool:
        """Whether the interval excludes 1."""
        return not self.low <= 1 <= self.high

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f}–{self.high:.2f})"


def median(values: Array) -> Array:
    """Return the median of values of shape (…, n), shape (…)."""
    return np.asarray(np.median(values, axis=-1))


def quotient_of_sums(parts: Array, wholes: Array) -> Array:
    """Return the sum of the parts over the sum of the wholes, both of shape (…, n)."""
    return np.asarray(parts.sum(axis=-1) / wholes.sum(axis=-1))


def ratio_of(statistic: Statistic, a: tuple[Array, ...], b: tuple[Array, ...]) -> Ratio:
    """Return `statistic(*b) / statistic(*a)`; the arrays of a side have one length n > 0, one request a row."""
    random = np.random.default_rng(SEED)
    drawn_a, drawn_b = _draw(statistic, a, random), _draw(statistic, b, random)
    return Ratio(float(statistic(*b) / statistic(*a)), *bounds(drawn_b / drawn_a))


def _draw(statistic: Statistic, arrays: tuple[Array, ...], random: np.random.Generator) -> Array:
    def of_rows(rows: Rows) -> Array:
        return statistic(*(array[rows] for array in arrays))

    return draw(len(arrays[0]), random, of_rows, _DRAWS)
