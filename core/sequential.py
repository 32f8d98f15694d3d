"""Intervals and a test for two arms that may be looked at after every observation: they are *anytime-valid*.

An ordinary 95% interval is right 19 times out of 20 when it is looked at once. Looked at every day until it excludes
zero, it excludes zero in the end far more often than that. A confidence sequence contains the true value at all times
at once, with the same probability, so that an experiment may be read daily and stopped at any time.

    compare_means       the difference of two means of values from 0 to 1
    compare_quantiles   the difference of two quantiles
    mean_interval       the confidence sequence of one mean that both rest on

Means. The hedged capital process of Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting",
Journal of the Royal Statistical Society B 86(1), 2024, theorem 3, with their predictable plug-in bets
truncated at half of the largest bet. A gambler who starts with 1 bets against a candidate mean m. If m is right, the
capital is a nonnegative martingale, and by Ville's inequality it ever reaches 2/alpha with a probability of at most
alpha/2. A mean is excluded once the capital of one of two gamblers, one for each side, has reached it.

Two arms. Units of both arms are taken in the order in which they were complete and put together in blocks of about as
many units of each arm as there are lately, and each block gives one difference of means, from -1 to 1, whose
expectation is the difference that is sought. Which units make a block depends on the arms that were drawn and never on
the values, so that the differences have that expectation given everything before them. The units of a block are close
in time: what changes for both arms (a weekday, an outage) cancels out.

Quantiles. Howard and Ramdas, "Sequential estimation of quantiles with applications to A/B testing and best-arm
identification", Bernoulli 28(3), 2022: the q-quantile is not below x once it is excluded that the mean share of values
up to x is q or more. That is a mean between 0 and 1 again; its bets are fixed in advance, so that the excluded x are
exactly those below a bound. One quantile has one such mean, so that no allowance for the many x is needed.

Assumptions. Units are independent of one another, their arms are drawn independently of them, and the difference is the
same at all times. Several values of one unit may depend on one another in any way: they are averaged first, and a unit
is used only when it is complete.

Not covered: differences that change over time (the interval is then about no single value), and units that influence
one another, such as colleagues who show each other their answers.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Arms = NDArray[np.bool_]

_TRUNCATION = 0.5
"""Of the largest bet that cannot lose everything; 1/2 or 3/4 in the paper."""
_BISECTIONS = 40
_RECENT = 500
"""Units whose arms set the sizes of a block: enough for a share of a few per cent, few enough to follow a change."""
_LARGEST_BLOCK = 20
"""Units of the larger arm in a block. Another one would take less than a hundredth from the variance."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence sequence at the present time. A bound that is not known yet is infinite, or that of the range."""

    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Return whether a value is outside."""
        return not self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class MeanComparison:
    """The mean of an arm minus that of the control, with the anytime-valid p-value of "they are equal".

    `pairs` is the number of blocks behind interval and p-value; `difference` is that of the means of all units.
    """

    difference: float
    interval: Interval
    p_value: float
    pairs: int


@dataclass(frozen=True, slots=True)
class QuantileComparison:
    """The quantile of an arm minus that of the control. The quantiles are those of the units' values, as observed."""

    arm: float
    control: float
    interval: Interval

    @property
    def difference(self) -> float:
        """The difference of the observed quantiles."""
        return self.arm - self.control


def mean_interval(values: Array, alpha: float) -> Interval:
    """Return the interval of the mean of values from 0 to 1, shape (n,), in their order; n may be 0."""
    bets = _bets(values, alpha)
    return Interval(_lower_bound(values, bets, alpha), 1.0 - _lower_bound(1.0 - values, bets, alpha))


def compare_means(values: Array, in_arm: Arms, alpha: float) -> MeanComparison | None:
    """Compare an arm with the control by values from 0 to 1, shape (n,), of units in the order of their completion.

    `in_arm` is true for the units of the arm. Return None before both have a unit.
    """
    if in_arm.all() or not in_arm.any():
        return None
    return compare_pairs(
        block_differences(values, in_arm), alpha, float(values[in_arm].mean() - values[~in_arm].mean())
    )


def compare_pairs(differences: Array, alpha: float, difference: float | None = None) -> MeanComparison | None:
    """Return the comparison of differences from -1 to 1, shape (n,), in their order; None without any.

    `difference`: what is reported in place of their mean.
    """
    if difference is None:
        if not len(differences):
            return None
        difference = float(differences.mean())
    scaled = (differences + 1.0) / 2.0
    interval = mean_interval(scaled, alpha)
    return MeanComparison(
        difference,
        Interval(2.0 * interval.low - 1.0, 2.0 * interval.high - 1.0),
        equality_p_value(differences, alpha),
        len(differences),
    )


def equality_p_value(differences: Array, alpha: float) -> float:
    """Return the anytime-valid p-value of "the mean difference is 0" for differences from -1 to 1, shape (n,).

    `alpha` tunes the bets for this level; the p-value is valid at every level.
    """
    return math.exp(min(0.0, math.log(2.0) - float(np.max(equality_log_capital(differences, alpha), initial=0.0))))


def equality_log_capital(differences: Array, alpha: float) -> Array:
    """Return the logarithm of the richer gambler's capital against the mean difference 0 after each difference.

    Differences are from -1 to 1, shape (…, n); the result has their shape.
    """
    scaled = (differences + 1.0) / 2.0
    gains = np.minimum(_bets(scaled, alpha), _TRUNCATION / 0.5) * (scaled - 0.5)
    capital: Array = np.maximum(np.cumsum(np.log1p(gains), axis=-1), np.cumsum(np.log1p(-gains), axis=-1))
    return capital


def block_differences(values: Array, in_arm: Arms) -> Array:
    """Return the differences of means, arm minus control, of the blocks that are complete, in order."""
    waiting: tuple[deque[float], deque[float]] = (deque(), deque())
    recent: deque[bool] = deque(maxlen=_RECENT)
    counts = [0, 0]
    owed = 0.0
    differences = []
    for value, arm in zip(values.tolist(), in_arm.tolist(), strict=True):
        if len(recent) == _RECENT:
            counts[recent[0]] -= 1
        recent.append(arm)
        counts[arm] += 1
        waiting[arm].append(value)
        larger = counts[1] > counts[0]
        ratio = min(_LARGEST_BLOCK, counts[larger] / max(1, counts[not larger]))
        # A fraction of a unit is owed to the next block.
        size = int(ratio + owed)
        while waiting[not larger] and len(waiting[larger]) >= size:
            owed += ratio - size
            many = sum(waiting[larger].popleft() for _ in range(size)) / size
            one = waiting[not larger].popleft()
            differences.append(many - one if larger else one - many)
            size = int(ratio + owed)
    return np.array(differences, dtype=np.float64)


def compare_quantiles(
    arm: Sequence[Array], control: Sequence[Array], quantile: float, alpha: float
) -> QuantileComparison | None:
    """Compare a quantile of the values of two arms: one array of values for each unit, of any size above 0, in order.

    Each unit counts once, however many values it has. Return None before both have a unit.
    """
    if not arm or not control:
        return None
    of_arm, of_control = _Pooled.of(arm), _Pooled.of(control)
    # Half of alpha for each: both hold together.
    first, second = of_arm.interval(quantile, alpha / 2), of_control.interval(quantile, alpha / 2)
    return QuantileComparison(
        of_arm.quantile(quantile),
        of_control.quantile(quantile),
        Interval(first.low - second.high, first.high - second.low),
    )


def quantile_interval(units: Sequence[Array], quantile: float, alpha: float) -> Interval:
    """Return the interval of a quantile of the units' values, as in `compare_quantiles`."""
    return _Pooled.of(units).interval(quantile, alpha)


def observed_quantile(units: Sequence[Array], quantile: float) -> float:
    """Return the quantile of the values of at least one unit, each unit with the same weight."""
    return _Pooled.of(units).quantile(quantile)


@dataclass(frozen=True, slots=True)
class _Pooled:
    """The values of all units in a row, with the start and the size of each unit's."""

    values: Array
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, units: Sequence[Array]) -> _Pooled:
        sizes = np.array([len(unit) for unit in units], dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        return cls(np.concatenate([*units, np.zeros(0)]), starts, sizes)

    def shares(self, chosen: NDArray[np.bool_]) -> Array:
        """Return the share of each unit's values that are chosen."""
        return np.add.reduceat(chosen.astype(np.float64), self.starts) / self.sizes

    def quantile(self, quantile: float) -> float:
        """Return the smallest value up to which the units have on average this share of their values."""
        order = np.argsort(self.values, kind="stable")
        weights = np.repeat(1.0 / self.sizes, self.sizes)[order]
        reached = np.cumsum(weights) >= quantile * len(self.sizes) - 1e-9
        return float(self.values[order][np.argmax(reached)])

    def interval(self, quantile: float, alpha: float) -> Interval:
        known = np.unique(self.values)
        bets = _fixed_bets(len(self.sizes), quantile * (1.0 - quantile), alpha)

        def is_below(value: float) -> bool:
            """Whether it is excluded that a share of `quantile` or more is up to the value."""
            bet = np.minimum(bets, _TRUNCATION / (1.0 - quantile))
            return _reaches(-bet * (self.shares(self.values <= value) - quantile), alpha)

        def is_above(value: float) -> bool:
            """Whether it is excluded that a share of `quantile` or less is below the value."""
            bet = np.minimum(bets, _TRUNCATION / quantile)
            return _reaches(bet * (self.shares(self.values < value) - quantile), alpha)

        below = _count_while(len(known), lambda place: is_below(known[place]))
        not_above = _count_while(len(known), lambda place: not is_above(known[place]))
        low = float(known[below - 1]) if below else -math.inf
        return Interval(low, float(known[not_above]) if not_above < len(known) else math.inf)


def _bets(values: Array, alpha: float) -> Array:
    """Return the predictable plug-in bets on values from 0 to 1, shape (…, n): each depends on those before it only."""
    count = np.arange(1, values.shape[-1] + 1)
    means = (0.5 + np.cumsum(values, axis=-1)) / (count + 1)
    variances = (0.25 + np.cumsum((values - means) ** 2, axis=-1)) / (count + 1)
    first = np.full((*values.shape[:-1], 1), 0.25)
    before = np.concatenate([first, variances[..., :-1]], axis=-1)[..., : values.shape[-1]]
    bets: Array = np.sqrt(2.0 * math.log(2.0 / alpha) / (before * count * np.log1p(count)))
    return bets


def _fixed_bets(count: int, variance: float, alpha: float) -> Array:
    """Return bets that depend on no value, for values of at most this variance."""
    numbers = np.arange(1, count + 1)
    bets: Array = np.sqrt(2.0 * math.log(2.0 / alpha) / (variance * numbers * np.log1p(numbers)))
    return bets


def _reaches(gains: Array, alpha: float) -> bool:
    """Return whether the capital of one of two gamblers ever reaches 2 / alpha. Gains are above -1."""
    return bool(np.max(np.cumsum(np.log1p(gains)), initial=0.0) >= math.log(2.0 / alpha))


def _lower_bound(values: Array, bets: Array, alpha: float) -> float:
    """Return the bound below which every mean is excluded. The capital falls as the candidate mean rises."""

    def is_excluded(mean: float) -> bool:
        return _reaches(np.minimum(bets, _TRUNCATION / mean) * (values - mean), alpha)

    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if is_excluded(middle) else (low, middle)
    return low


def _count_while(count: int, holds: Callable[[int], bool]) -> int:
    """Return how many of the places 0, 1, … have a property that the first ones have and the others have not."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if holds(middle) else (low, middle)
    return low
