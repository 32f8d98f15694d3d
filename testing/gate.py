"""Error rates of the promotion gate: its decision for every outcome of n cases, and how probable the outcomes are.

An outcome of a binary metric is the number of cases that the candidate lost and won; all others are equal. The decision
for it is asked of the gate itself (`evals.gate.gate.judge_margin`). Rates of one metric are then sums of multinomial
probabilities, without any chance in them; several metrics are simulated with a correlation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.compare.draws import draw_differences
from evals.compare.statistic import Observed, Ratio
from evals.gate.gate import judge_margin
from evals.gate.result import Outcome
from evals.metrics.catalogue import METRICS

_TINY = 1e-5
"""Outcomes less probable than that are left out of the table; none of them ships."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Change:
    """What the candidate does to a case: the probabilities that it loses and that it wins one."""

    lost: float
    won: float

    @classmethod
    def of(cls, base: float, worse_by: float, *, nested: bool) -> Change:
        """Return the change from a base rate. Nested: it wins no case; otherwise both are right independently."""
        if nested:
            return cls(worse_by, 0.0)
        new = base - worse_by
        return cls(base * (1 - new), (1 - base) * new)


@dataclass(frozen=True, slots=True)
class Decisions:
    """For n cases, by the numbers of lost and won cases: whether the margin is met, and whether it is missed."""

    n: int
    met: Flags
    missed: Flags

    def rate(self, outcome: Outcome, change: Change) -> float:
        """Return the probability that the gate decides so for a metric alone."""
        flags = {"met": self.met, "missed": self.missed, "undecided": ~(self.met | self.missed)}[outcome]
        return float((_probabilities(self.n, change, flags.shape) * flags).sum())

    def simulate(
        self, changes: list[Change], correlation: float, evaluations: int, seed: int
    ) -> tuple[float, float, float]:
        """Return how often a candidate ships, does not ship and needs more questions, with one change a metric.

        The changes of a case are correlated between the metrics, as those of one answer are (a Gaussian copula).
        """
        random = np.random.default_rng(seed)
        shape = (evaluations, self.n)
        common = random.standard_normal(shape)
        met, missed = np.ones(evaluations, dtype=bool), np.zeros(evaluations, dtype=bool)
        for change in changes:
            own = random.standard_normal(shape)
            latent = math.sqrt(correlation) * common + math.sqrt(1 - correlation) * own
            uniform = 0.5 * (1 + np.vectorize(math.erf, otypes=[np.float64])(latent / math.sqrt(2)))
            lost, won = (uniform < change.lost).sum(axis=1), (uniform > 1 - change.won).sum(axis=1)
            known = (lost < self.met.shape[0]) & (won < self.met.shape[1])
            at = np.minimum(lost, self.met.shape[0] - 1), np.minimum(won, self.met.shape[1] - 1)
            met &= self.met[at] & known
            missed |= self.missed[at] | (~known & (lost > won))
        return float((met & ~missed).mean()), float(missed.mean()), float((~met & ~missed).mean())


def decisions(n: int, margin: float, levels: tuple[float, float], changes: list[Change]) -> Decisions:
    """Ask the gate about every outcome that one of the changes gives a probability worth counting."""
    probable = sum(_probabilities(n, change, (n + 1, n + 1)) for change in changes) > _TINY / n
    outcomes = np.argwhere(probable)
    observed = [_observed(n, int(lost), int(won)) for lost, won in outcomes]
    shape = tuple(outcomes.max(axis=0) + 1)
    met, missed = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for (lost, won), one, draws in zip(outcomes, observed, draw_differences(observed, n), strict=True):
        found = judge_margin(one, draws, margin, levels).outcome
        met[lost, won], missed[lost, won] = found == "met", found == "missed"
    return Decisions(n, met, missed)


def _observed(n: int, lost: int, won: int) -> Observed:
    a, b, ones = np.zeros(n), np.zeros(n), np.ones(n)
    a[:lost] = 1
    b[lost : lost + won] = 1
    return Observed(METRICS["citation recall"], Ratio(a, ones, 1.0, 1.0), Ratio(b, ones, 1.0, 1.0), a, b, 1.0)


def _probabilities(n: int, change: Change, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the probability of each number of lost and won cases; 0 where there are more than n."""
    lost, won = np.indices(shape)
    same = n - lost - won
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    logs = log_factorial[n] - log_factorial[np.minimum(lost, n)] - log_factorial[np.minimum(won, n)]
    logs = logs - log_factorial[np.maximum(same, 0)]
    for count, p in ((lost, change.lost), (won, change.won), (same, 1 - change.lost - change.won)):
        logs = logs + np.where(count > 0, count * (math.log(p) if p > 0 else -1e9), 0.0)
    return np.where(same >= 0, np.exp(logs), 0.0)
