"""What a comparison found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from evals.compare.pairs import Pair, PairedRuns
from evals.metrics.catalogue import Metric

CONFIDENCE = 0.95
LEVEL = (1 - CONFIDENCE) / 2
"""On each side."""
Direction: TypeAlias = Literal["better", "worse", "undecided"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in A and in B. Values and bounds may be infinite: percentiles of few or failed requests.

    low, high     95% interval of B - A, of this metric alone
    p_value       of no difference; `adjusted` by Holm over all metrics of the comparison
    won, lost     ids of the cases in which B is better or worse; all others are equal, or only one run has a value
    cases         to which the metric applies in at least one of the runs
    detectable    the difference that so many cases show with a probability of 80%
    needed        cases that would show the observed difference with a probability of 80%; None: there is none to show,
                  or more than 100,000
    """

    metric: Metric
    a: float
    b: float
    low: float
    high: float
    p_value: float
    adjusted: float
    won: tuple[str, ...]
    lost: tuple[str, ...]
    cases: int
    detectable: float
    needed: int | None

    @property
    def difference(self) -> float:
        """B - A."""
        return self.b - self.a

    @property
    def direction(self) -> Direction:
        """Whether B is better or worse, as far as is shown with all metrics taken together."""
        if self.adjusted > 1 - CONFIDENCE or not self.difference:
            return "undecided"
        return "better" if (self.difference > 0) == (self.metric.better == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs and the differences between them, in the order of the catalogue of metrics.

    missing     metrics that apply to no case of one of the runs, with its letter
    cautions    what else differs between the runs, and what to know before the figures are used
    """

    runs: PairedRuns
    differences: tuple[Difference, ...]
    missing: Mapping[str, str]
    cautions: tuple[str, ...]

    def pair(self, case_id: str) -> Pair:
        """Return the results of a case."""
        return next(pair for pair in self.runs.pairs if pair[0].case.id == case_id)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON values; null for what is not bounded."""
        return {
            "a": str(self.runs.a.folder),
            "b": str(self.runs.b.folder),
            "cases": len(self.runs.pairs),
            "left_out": list(self.runs.left_out),
            "confidence": CONFIDENCE,
            "metrics": {one.metric.name: _difference(one) for one in self.differences},
            "missing": dict(self.missing),
            "cautions": list(self.cautions),
        }


def finite(value: float) -> float | None:
    """Return the value, or None in place of one that is infinite or undefined, which JSON cannot express."""
    return value if abs(value) < float("inf") else None


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "a": finite(one.a),
        "b": finite(one.b),
        "difference": finite(one.difference),
        "low": finite(one.low),
        "high": finite(one.high),
        "p_value": one.p_value,
        "p_value_holm": one.adjusted,
        "better": one.metric.better,
        "direction": one.direction,
        "cases": one.cases,
        "won": list(one.won),
        "lost": list(one.lost),
        "detectable": finite(one.detectable),
        "cases_needed": one.needed,
    }
