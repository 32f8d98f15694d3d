"""Guard-rails: whether the latest answers of an arm are over a limit.

A limit compares a share, or a percentile, of the arm's latest answers with a number, after every answer and as soon as
there are enough. It is a safety catch and no test: an arm close to its limit is stopped by chance at some time, as the
table in docs/experiments.md shows, and one that is far over it is stopped within few answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from app.experiments.outcomes import Rated
from core.experiments import GuardRails

GuardRail: TypeAlias = Literal["flagged", "failed", "thumbs_down", "p95_ms"]


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit and the value over so many answers that is above it."""

    guard_rail: GuardRail
    value: float
    limit: float
    answers: int


@dataclass(frozen=True, slots=True)
class Stop:
    """An arm that a guard-rail stopped, and why."""

    arm: str
    stopped_at: datetime
    breach: Breach


def find_breach(latest: Sequence[Rated], latest_rated: Sequence[Rated], limits: GuardRails) -> Breach | None:
    """Return the first limit that the latest answers of an arm are over, or None. Few are rated: those come apart."""
    outcomes = [rated.outcome for rated in latest]
    flagged = [float(outcome.flagged) for outcome in outcomes if outcome.flagged is not None]
    failed = [float(outcome.failed) for outcome in outcomes]
    down = [float(rated.rating == "down") for rated in latest_rated]
    took = [outcome.total_ms for outcome in outcomes if outcome.total_ms is not None]
    rules: tuple[tuple[GuardRail, Sequence[float], float | None, int], ...] = (
        ("failed", failed, limits.failed, limits.least),
        ("flagged", flagged, limits.flagged, limits.least),
        ("thumbs_down", down, limits.thumbs_down, limits.least_rated),
        ("p95_ms", took, limits.p95_ms, limits.least),
    )
    for name, values, limit, least in rules:
        if limit is None or len(values) < least:
            continue
        value = percentile_95(values) if name == "p95_ms" else sum(values) / len(values)
        if value > limit:
            return Breach(name, value, limit, len(values))
    return None


def percentile_95(values: Sequence[float]) -> float:
    """Return the smallest value that 95% of the values are not above."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]
