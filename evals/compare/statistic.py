"""The figure of a run that a metric names, for any weights of the cases: a ratio of two sums, or a percentile.

Beside the cases there may be one more, an *extreme case*, which has the best or the worst value that a case can have
(`evals/compare/draws.py` says what for).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from core.stats import Array
from evals.compare.pairs import Pair
from evals.metrics.catalogue import Metric
from evals.run.case_result import CaseResult


class Drawn(NamedTuple):
    """A figure for k weights of the cases, shape (k,) each.

    plain    of the cases alone; least and greatest with an extreme case of the least or the greatest value
    """

    plain: Array
    least: Array
    greatest: Array


class Statistic(Protocol):
    """A figure of one run."""

    @property
    def value(self) -> float:
        """The figure with equal weights; infinite for a percentile of requests that failed."""
        ...

    def drawn(self, weights: Array, extra: Array) -> Drawn:
        """Return the figure for weights of the cases, shape (k, n), and of the extreme case, shape (k,)."""
        ...


@dataclass(frozen=True, slots=True)
class Ratio:
    """sum(parts) / sum(wholes) over n cases; both are 0 for a case to which the metric does not apply.

    The extreme case has the value 0 or `most`, and the denominator `extreme_whole`: that of a case on average.
    """

    parts: Array
    wholes: Array
    most: float
    extreme_whole: float

    @property
    def value(self) -> float:
        """See Statistic."""
        return float(self.parts.sum() / self.wholes.sum())

    def drawn(self, weights: Array, extra: Array) -> Drawn:
        """See Statistic."""
        parts, wholes = weights @ self.parts, weights @ self.wholes
        more = extra * self.extreme_whole
        return Drawn(parts / wholes, parts / (wholes + more), (parts + more * self.most) / (wholes + more))


class Percentile:
    """A percentile of durations in milliseconds; nan for a case that has none, infinite for one that failed.

    The extreme case takes no time or has no end. Weighted, it is the least duration up to which the cases have at least
    that share of the weight.
    """

    def __init__(self, durations: Array, percent: float) -> None:
        (applies,) = np.nonzero(~np.isnan(durations))
        self._order = applies[np.argsort(durations[applies], kind="stable")]
        self._sorted = durations[self._order]
        self._percent = percent
        self._share = percent / 100

    @property
    def value(self) -> float:
        """See Statistic. Interpolated linearly, as in the summary of a run."""
        with np.errstate(invalid="ignore"):
            value = float(np.percentile(self._sorted, self._percent))
        return np.inf if np.isnan(value) else value

    def drawn(self, weights: Array, extra: Array) -> Drawn:
        """See Statistic."""
        reached = np.cumsum(weights[:, self._order], axis=1)
        total = reached[:, -1]
        plain, more = self._share * total, self._share * (total + extra)
        return Drawn(self._at(reached, plain), self._at(reached, more - extra), self._at(reached, more))

    def _at(self, reached: Array, weight: Array) -> Array:
        """Return the duration at which a weight is reached: none for one that is not positive, else without an end."""
        ends = np.concatenate([[0.0], self._sorted, [np.inf]])
        before = (reached < weight[:, None]).sum(axis=1) + 1
        return np.asarray(ends[np.where(weight > 0, before, 0)])


@dataclass(frozen=True, slots=True)
class Observed:
    """A metric in both runs, over the same n pairs.

    applies      where the metric applies in at least one of the runs; shape (n,)
    a_values     its value for each case, nan where it does not apply; b_values likewise
    reach        how far one more case can move a difference, times the number of cases; 0 for a percentile
    """

    metric: Metric
    a: Statistic
    b: Statistic
    a_values: Array
    b_values: Array
    reach: float

    @property
    def cases(self) -> int:
        """The number of cases to which the metric applies in at least one of the runs."""
        return int((~np.isnan(self.a_values) | ~np.isnan(self.b_values)).sum())


def observe(metric: Metric, pairs: Sequence[Pair]) -> Observed | None:
    """Return a metric of both runs; None where it applies to no case of one of them."""
    a, b = ([pair[side] for pair in pairs] for side in (0, 1))
    if metric.duration is not None and metric.percent is not None:
        return _percentile(metric, _durations(metric.duration, a), _durations(metric.duration, b), metric.percent)
    return _ratio(metric, _sums(metric.name, a), _sums(metric.name, b))


def _percentile(metric: Metric, a: Array, b: Array, percent: int) -> Observed | None:
    if np.isnan(a).all() or np.isnan(b).all():
        return None
    return Observed(metric, Percentile(a, percent), Percentile(b, percent), a, b, reach=0.0)


def _ratio(metric: Metric, a: tuple[Array, Array], b: tuple[Array, Array]) -> Observed | None:
    if not a[1].any() or not b[1].any():
        return None
    values = [_divided(*a), _divided(*b)]
    most = metric.most if metric.most is not None else max(float(np.nanmax(each)) for each in values)
    wholes = np.concatenate([a[1], b[1]])
    usual = float(wholes[wholes > 0].mean())
    return Observed(metric, Ratio(*a, most, usual), Ratio(*b, most, usual), values[0], values[1], reach=most)


def _sums(name: str, results: Sequence[CaseResult]) -> tuple[Array, Array]:
    found = [result.contributions.get(name) for result in results]
    parts = np.array([one.numerator if one else 0.0 for one in found], dtype=np.float64)
    return parts, np.array([one.denominator if one else 0.0 for one in found], dtype=np.float64)


def _durations(name: str, results: Sequence[CaseResult]) -> Array:
    """Return the durations. A request that failed has never ended, whatever took place before."""
    return np.array(
        [np.inf if result.failure is not None else result.durations.get(name, np.nan) for result in results],
        dtype=np.float64,
    )


def _divided(parts: Array, wholes: Array) -> Array:
    return np.divide(parts, wholes, out=np.full_like(parts, np.nan), where=wholes > 0)
