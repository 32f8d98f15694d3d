"""What each unit met within its window, and the values of its answers for a metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from app.experiments.outcomes import Rated
from core.experiments import Experiment, Metric
from core.sequential import Array

QUANTILES: Mapping[Metric, float] = {"p50_ms": 0.5, "p95_ms": 0.95}
"""The metrics that are percentiles."""


@dataclass(frozen=True, slots=True)
class UnitWindow:
    """What a unit met within its window: the answers of its first arm, and shadows beside the answers shown.

    `moved`: it met other arms, too.
    """

    arm: str
    first_at: datetime
    ended_at: datetime
    shown: tuple[Rated, ...]
    shadows: tuple[tuple[Rated, Rated], ...]
    moved: bool

    def answers(self, arm: str) -> list[Rated]:
        """Return the answers of an arm, shown or not."""
        shown = self.shown if arm == self.arm else ()
        return [*shown, *(shadow for shadow, _ in self.shadows if shadow.outcome.arm == arm)]


def windows_of(outcomes: Sequence[Rated], experiment: Experiment) -> list[UnitWindow]:
    """Return the windows of the units in the order of their first answers. `outcomes` are all, oldest first."""
    shown: dict[str, list[Rated]] = {}
    by_shown_id: dict[str, Rated] = {}
    for rated in outcomes:
        if rated.outcome.shown_id is None:
            shown.setdefault(rated.outcome.unit, []).append(rated)
        else:
            by_shown_id[rated.outcome.shown_id] = rated
    return [_window_of(of_unit, by_shown_id, experiment) for of_unit in shown.values()]


def _window_of(shown: Sequence[Rated], shadows: Mapping[str, Rated], experiment: Experiment) -> UnitWindow:
    first = shown[0].outcome
    ended = first.answered_at + experiment.window
    of_arm = [one for one in shown if one.outcome.arm == first.arm]
    within = tuple(one for one in of_arm if one.outcome.answered_at < ended)
    pairs = tuple((shadows[one.outcome.answer_id], one) for one in within if one.outcome.answer_id in shadows)
    return UnitWindow(first.arm, first.answered_at, ended, within, pairs, len(of_arm) < len(shown))


@dataclass(frozen=True, slots=True)
class UnitValues:
    """The values of a unit for a metric, at least one."""

    first_at: datetime
    values: Array

    @property
    def mean(self) -> float:
        """The unit's value: the mean of those of its answers."""
        return float(self.values.mean())


def values_of(units: Sequence[UnitWindow], arm: str, metric: Metric) -> list[UnitValues]:
    """Return the values of an arm's answers by unit, in order, without the units that have none."""
    found = []
    for unit in units:
        known = [value for one in unit.answers(arm) if (value := value_of(one, metric, unit.ended_at)) is not None]
        if known:
            found.append(UnitValues(unit.first_at, np.array(known)))
    return found


def value_of(rated: Rated, metric: Metric, ended: datetime) -> float | None:
    """Return an answer's value for a metric; None where it has none, such as an answer without a rating."""
    if metric == "thumbs_up":
        is_in_time = rated.rating is not None and rated.rated_at is not None and rated.rated_at < ended
        return float(rated.rating == "up") if is_in_time else None
    value: float | bool | None = getattr(rated.outcome, "total_ms" if metric in QUANTILES else metric)
    return None if value is None else float(value)
