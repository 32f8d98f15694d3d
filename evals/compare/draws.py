"""Bounds of a figure or a difference that hold for few cases, rare failures and metrics that never vary.

The Bayesian bootstrap (D. B. Rubin, Annals of Statistics 9, 1981) draws weights of the cases from a Dirichlet
distribution. A bound is a quantile of the figure over such draws, with one *extreme case* added to those that were
observed: for a lower bound it has the least value that a case can have, for an upper bound the greatest. So a metric
without any variation has an interval with a width, as it must: the case that fails may not have been among those asked.

This is Gaffke's bound for the mean of bounded values (N. Gaffke, Mathematical Methods of Statistics 14, 2005; E.
Learned-Miller and P. S. Thomas, arXiv:1905.06208, 2019). It is the exact interval of Clopper and Pearson for a
proportion; for the p-value of a paired difference of two proportions it is the exact test of McNemar; and for a
percentile it is the exact interval by order statistics. That it holds its level for every distribution of bounded
values is a conjecture without a counterexample; `python -m benchmarks.gate` prints the error rates.

Paired: A and B are drawn with the same weights, and the extreme case is the worst for one and the best for the other.

Not covered: for a metric without a greatest value (flags per answer, costs) the extreme case has the greatest value
that was observed, which is no bound; and for a ratio whose denominators differ, such as citation precision, its
denominator is the mean one. Cases are taken as independent draws of the questions that users ask.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.stats import SEED, Array
from evals.compare.statistic import Observed, Statistic

DRAWS = 10_000
_BATCH = 500
"""Draws in memory at a time."""
_IQR_OF_NORMAL = 1.349
"""Interquartile range of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Draws:
    """A figure or difference for drawn weights, shape (DRAWS,) each.

    plain    without an extreme case; low with the one that makes it least; high with the one that makes it greatest
    """

    plain: Array
    low: Array
    high: Array

    def low_bound(self, level: float) -> float:
        """Return the bound that is above the true figure with a probability of at most `level`.

        It is above a limit exactly where `p_at_most` is `level` or less.
        """
        return _ordered(self.low, _rank(level, len(self.low)))

    def high_bound(self, level: float) -> float:
        """Return the bound that is below the true figure with a probability of at most `level`."""
        return -_ordered(-self.high, _rank(level, len(self.high)))

    def p_at_most(self, limit: float) -> float:
        """Return the p-value of the hypothesis that the true figure is `limit` or less."""
        return float((self.low <= limit).sum() + 1) / (len(self.low) + 1)

    def p_at_least(self, limit: float) -> float:
        """Return the p-value of the hypothesis that the true figure is `limit` or more."""
        return float((self.high >= limit).sum() + 1) / (len(self.high) + 1)

    def p_zero(self) -> float:
        """Return the two-sided p-value of the hypothesis that the true figure is 0."""
        return min(1.0, 2 * min(self.p_at_most(0.0), self.p_at_least(0.0)))

    def deviation(self) -> float:
        """Return the standard error, from the interquartile range: also for a percentile that may be infinite."""
        quarter = len(self.plain) // 4
        lower, upper = _ordered(self.plain, quarter), _ordered(self.plain, 3 * quarter)
        return (upper - lower) / _IQR_OF_NORMAL if math.isfinite(lower) and math.isfinite(upper) else math.inf


def _rank(level: float, count: int) -> int:
    return max(0, math.floor(level * (count + 1)) - 1)


def _ordered(values: Array, rank: int) -> float:
    """Return the value of a rank, from 0. (`numpy.quantile` is undefined beside infinite values.)"""
    return float(np.partition(values, rank)[rank])


def draw_differences(observed: Sequence[Observed], n: int, seed: int = SEED) -> list[Draws]:
    """Return the draws of B - A for metrics over the same n pairs."""
    return _draw([(one.b, one.a) for one in observed], n, seed)


def draw_values(statistics: Sequence[Statistic], n: int, seed: int = SEED) -> list[Draws]:
    """Return the draws of figures of one run over n cases."""
    return _draw([(one, None) for one in statistics], n, seed)


def _draw(wanted: Sequence[tuple[Statistic, Statistic | None]], n: int, seed: int) -> list[Draws]:
    random = np.random.default_rng(seed)
    batches: list[list[tuple[Array, Array, Array]]] = []
    for _ in range(DRAWS // _BATCH):
        # Exponential weights are Dirichlet weights but for their sum, which no figure depends on.
        weights, extra = random.exponential(size=(_BATCH, n)), random.exponential(size=_BATCH)
        batches.append([_drawn(figure, other, weights, extra) for figure, other in wanted])
    return [
        Draws(*(np.concatenate([batch[number][kind] for batch in batches]) for kind in range(3)))
        for number in range(len(wanted))
    ]


def _drawn(figure: Statistic, other: Statistic | None, weights: Array, extra: Array) -> tuple[Array, Array, Array]:
    plain, low, high = figure.drawn(weights, extra)
    if other is None:
        return plain, low, high
    without, least, greatest = other.drawn(weights, extra)
    with np.errstate(invalid="ignore"):
        plain, low, high = plain - without, low - greatest, high - least
    # Two percentiles of failed requests: nothing is known of their difference.
    return plain, np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
