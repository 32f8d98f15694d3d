"""How far a judge agrees with people, or two ratings of any kind: raw agreement and Cohen's kappa with intervals.

Kappa is the agreement beyond what two raters would have by chance who give each rating as often as these two do: 0 for
a judge that guesses or always says the same, 1 for one that always agrees (J. Cohen, A coefficient of agreement for
nominal scales, Educational and Psychological Measurement 20, 1960). Raw agreement alone says little: where nine of ten
answers are good, a judge that calls every answer good agrees in nine of ten.

Intervals are bootstrap intervals over groups of items that resemble each other, such as the answers to one question
(`core/stats.py`). Not covered: a few dozen labels, for which percentile intervals are too narrow; and errors of the
people, who do not always agree among themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from core.stats import RESAMPLES, SEED, Array, Estimate, Rows, bounds, draw, times_drawn

Usable: TypeAlias = Literal["no better than chance", "weak", "usable", "unknown"]

LEAST_KAPPA = 0.6
"""Below it, agreement is inadequate and results deserve little confidence (M. L. McHugh, Interrater reliability: the
kappa statistic, Biochemia Medica 22, 2012)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One item with the ratings of a judge and of a person; `judge` is None for an item that was not judged.

    Items of one `group` resemble each other: the answers to one question.
    """

    judge: Hashable | None
    person: Hashable
    group: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement over the items that were judged; `raw` and `kappa` are None without any.

    `judge_shares` and `person_shares` are the share of each rating, by its name.
    """

    labels: int
    not_judged: int
    raw: Estimate | None
    kappa: Estimate | None
    judge_shares: dict[str, float]
    person_shares: dict[str, float]

    @property
    def usable(self) -> Usable:
        """Whether figures of the judge say anything: by the interval of kappa, then by its value."""
        if self.kappa is None:
            return "unknown"
        if self.kappa.low <= 0:
            return "no better than chance"
        return "weak" if self.kappa.value < LEAST_KAPPA else "usable"

    def to_dict(self) -> dict[str, Any]:
        """Return the agreement as JSON values."""
        return {**asdict(self), "usable": self.usable}

    def sentences(self, name: str) -> tuple[str, ...]:
        """Return the agreement in words, beginning with the name of what was judged."""
        if self.kappa is None or self.raw is None:
            if not self.labels:
                return (f"{name}: agreement with people unknown, there is no label. Its figures may mean nothing.",)
            return (f"{name}: agreement with people unknown, none of {self.labels} labels was judged.",)
        judged = self.labels - self.not_judged
        were = "was" if self.not_judged == 1 else "were"
        missing = f", {self.not_judged} more {were} not judged" if self.not_judged else ""
        figures = (
            f"{name}: on {judged} labels the judge agrees with people in {_percent(self.raw)}; kappa "
            f"{self.kappa.value:.2f} ({self.kappa.low:.2f} to {self.kappa.high:.2f}){missing}."
        )
        return tuple(filter(None, (figures, self._warning())))

    def _warning(self) -> str:
        if self.usable == "no better than chance":
            return (
                "This judge is no better than chance on these labels: its kappa is not surely above 0. Its figures say "
                "nothing about the answers. Use a larger model as the judge, or label more answers."
            )
        if self.usable == "weak":
            return (
                f"This judge agrees too little with people (kappa below {LEAST_KAPPA:g}): read its figures as a hint, "
                "and decide nothing by them."
            )
        return ""


def measure_agreement(pairs: Sequence[Pair], resamples: int = RESAMPLES) -> Agreement:
    """Return the agreement of pairs of ratings. `resamples` of the bootstrap are a multiple of 500."""
    judged = [pair for pair in pairs if pair.judge is not None]
    ratings = sorted({rating for pair in judged for rating in (pair.judge, pair.person)}, key=str)
    if not judged:
        return Agreement(len(pairs), len(pairs), None, None, {}, {})
    tables = _tables(judged, ratings)
    total = tables.sum(axis=0)
    shares = [
        {_name(rating): float(share) for rating, share in zip(ratings, total.sum(axis=axis) / len(judged), strict=True)}
        for axis in (1, 0)
    ]
    raw, beyond_chance = (_estimate(tables, len(judged), statistic, resamples) for statistic in (raw_agreement, kappa))
    return Agreement(
        len(pairs),
        len(pairs) - len(judged),
        raw,
        beyond_chance,
        *shares,
    )


def raw_agreement(tables: Array) -> Array:
    """Return the share of equal ratings of tables (…, k, k) of counts: judge by person."""
    return np.asarray(np.trace(tables, axis1=-2, axis2=-1) / tables.sum(axis=(-2, -1)))


def kappa(tables: Array) -> Array:
    """Return Cohen's kappa of tables (…, k, k) of counts; 0 where both raters give one and the same rating only."""
    total = tables.sum(axis=(-2, -1))
    chance = (tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1) / total**2
    beyond = 1.0 - chance
    safe = np.where(beyond > 0, beyond, 1.0)
    return np.asarray(np.where(beyond > 0, (raw_agreement(tables) - chance) / safe, 0.0))


def _tables(pairs: Sequence[Pair], ratings: Sequence[Hashable]) -> Array:
    """Return the counts by group, judge's rating and person's rating: shape (groups, k, k)."""
    groups = {group: row for row, group in enumerate(dict.fromkeys(pair.group for pair in pairs))}
    places = {rating: place for place, rating in enumerate(ratings)}
    tables = np.zeros((len(groups), len(ratings), len(ratings)))
    for pair in pairs:
        assert pair.judge is not None
        tables[groups[pair.group], places[pair.judge], places[pair.person]] += 1
    return tables


def _estimate(tables: Array, n: int, statistic: Callable[[Array], Array], resamples: int) -> Estimate:
    groups, k, _ = tables.shape
    flat = tables.reshape(groups, -1)

    def of_rows(rows: Rows) -> Array:
        return statistic((times_drawn(rows) @ flat).reshape(-1, k, k))

    low, high = bounds(draw(groups, np.random.default_rng(SEED), of_rows, resamples))
    return Estimate(float(statistic(tables.sum(axis=0))), low, high, n)


def _name(rating: Hashable) -> str:
    return {True: "yes", False: "no"}.get(rating, str(rating)) if isinstance(rating, bool) else str(rating)


def _percent(estimate: Estimate) -> str:
    return f"{estimate.value:.0%} ({estimate.low:.0%} to {estimate.high:.0%})"
