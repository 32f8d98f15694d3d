"""95% intervals: of figures by the percentile bootstrap over questions (or prompts, or runs), of proportions exactly.

Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: questions are drawn with replacement, the
statistic is computed for each of 10,000 draws, and the interval is from the 2.5th to the 97.5th percentile.

Not covered: what the figure would be on questions of another kind. An interval without width is no certainty either:
where every question has the same score, every draw has it, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

RESAMPLES = 10_000
_BATCH = 500
"""Draws in memory at a time."""
_BOUNDS = (2.5, 97.5)
_TAIL = 0.025
_BISECTIONS = 50
"""The last interval is shorter than 1e-15."""
SEED = 20_020_401
"""Fixed, so that the same results give the same interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its 95% interval, and the number of questions behind it."""

    value: float
    low: float
    high: float
    n: int


def estimate_ratio(parts: Array, wholes: Array, seed: int = SEED) -> Estimate:
    """Estimate sum(parts) / sum(wholes) over questions. Both have shape (n,), n > 0; wholes are positive."""
    return estimate_ratios(parts[None], wholes[None], seed)[0]


def estimate_ratios(parts: Array, wholes: Array, seed: int = SEED) -> list[Estimate]:
    """Estimate m ratios of the same n questions. Both have shape (m, n), m and n > 0; wholes are positive.

    All are computed for the same draws, in one product of matrices: how often each question was drawn, times what it
    has.
    """
    m, n = parts.shape
    figures = np.concatenate([parts, wholes]).T

    def ratios(rows: Rows) -> Array:
        sums = times_drawn(rows.reshape(-1, n)) @ figures
        return np.asarray(sums[:, :m] / sums[:, m:], dtype=np.float64)

    draws = draw(n, np.random.default_rng(seed), ratios)
    values = parts.sum(axis=1) / wholes.sum(axis=1)
    return [Estimate(float(value), *bounds(draws[:, row]), n) for row, value in enumerate(values)]


def estimate_percentiles(values: Array, percents: Sequence[float], seed: int = SEED) -> list[Estimate]:
    """Estimate percentiles of values of shape (n,), n > 0, interpolated linearly."""
    n = len(values)
    ordered = np.sort(values)
    places = np.asarray(percents, dtype=np.float64) / 100 * (n - 1)
    below = np.floor(places).astype(np.int64)

    def percentiles(rows: Rows) -> Array:
        drawn_up_to = times_drawn(rows.reshape(-1, n)).cumsum(axis=1)
        low, high = (
            ordered[np.stack([(drawn_up_to > place).argmax(axis=1) for place in each], axis=1)]
            for each in (below, np.minimum(below + 1, n - 1))
        )
        return np.asarray(low + (places - below) * (high - low), dtype=np.float64)

    draws = draw(n, np.random.default_rng(seed), percentiles)
    found = np.percentile(values, percents)
    return [Estimate(float(value), *bounds(draws[:, column]), n) for column, value in enumerate(found)]


def times_drawn(rows: Rows) -> Rows:
    """Return how often each of n questions is in each draw; both have shape (draws, n)."""
    draws, n = rows.shape
    return np.bincount((rows + n * np.arange(draws)[:, None]).ravel(), minlength=rows.size).reshape(draws, n)


def draw(n: int, random: np.random.Generator, statistic: Callable[[Rows], Array], count: int = RESAMPLES) -> Array:
    """Return the statistic of `count` draws with replacement, shape (count, …); `count` is a multiple of 500.

    `statistic` takes rows of shape (draws, n) and returns one number or more for each, shape (draws, …).
    """
    return np.concatenate([statistic(random.integers(0, n, size=(_BATCH, n))) for _ in range(count // _BATCH)])


def bounds(draws: Array) -> tuple[float, float]:
    """Return the 95% interval of the draws."""
    low, high = np.percentile(draws, _BOUNDS)
    return float(low), float(high)


def estimate_proportion(successes: int, n: int) -> Estimate:
    """Estimate a proportion from independent draws, with the exact interval of Clopper and Pearson; n > 0.

    It contains the true proportion in at least 95% of samples, whatever it is (C. J. Clopper and E. S. Pearson, The use
    of confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26, 1934). For small ones it is
    wider than needed; no successes in 100 draws give 0 to 3.6%.
    """
    low = 0.0 if successes == 0 else _solve(lambda p: 1.0 - _binomial(successes - 1, n, p), _TAIL)
    high = 1.0 if successes == n else 1.0 - _solve(lambda p: 1.0 - _binomial(n - successes - 1, n, p), _TAIL)
    return Estimate(successes / n, low, high, n)


def _binomial(most: int, n: int, p: float) -> float:
    """Return the probability of `most` successes or fewer in n draws; 0 <= most < n, 0 < p < 1."""
    k = np.arange(most + 1)
    steps = np.log(n - k[:-1]) - np.log(k[:-1] + 1) if most else np.zeros(0)
    logarithms = np.concatenate([[0.0], np.cumsum(steps)]) + k * math.log(p) + (n - k) * math.log1p(-p)
    return min(1.0, float(np.exp(logarithms).sum()))


def _solve(increasing: Callable[[float], float], target: float) -> float:
    """Return where an increasing function of a probability has the value `target`, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if increasing(middle) < target else (low, middle)
    return (low + high) / 2
