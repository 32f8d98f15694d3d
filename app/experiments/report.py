"""What an experiment found: each arm beside the control, by every metric.

Units, not answers, are counted: the answers of one user resemble one another, so that a hundred answers of one user say
less than one answer each of a hundred. A unit has one value for a metric, the mean over its answers within the window
that begins with its first one, and enters the comparison when its window has ended; from then on its value is fixed. It
counts for the arm that answered it first, so that a unit that was moved later stays where it began.

    value       mean of the units' values; for a latency, the percentile with the same weight for each unit
    difference  arm minus control, with an interval at the level of the report (`core/sequential.py`)

The level is 0.05 divided by the number of arms: for the metric that decides, the intervals of all arms hold together
with 95%. The other metrics hold one by one, and are there to be watched.

In shadow mode both recipes answer the same questions, and a unit's value is the mean difference over its pairs of
answers; a pair whose shadow was dropped is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from app.experiments.guard_rails import Stop
from app.experiments.outcomes import Rated
from core.experiments import CONTROL, PARTS, Experiment, Metric
from core.moments import moment_text
from core.sequential import (
    Array,
    Interval,
    MeanComparison,
    compare_means,
    compare_pairs,
    compare_quantiles,
    observed_quantile,
)

ExperimentStatus: TypeAlias = Literal["planned", "running", "ended"]
Verdict: TypeAlias = Literal["higher", "lower", "undecided"]
LEVEL = 0.05
METRICS: tuple[Metric, ...] = get_args(Metric)
_QUANTILES: Mapping[Metric, float] = {"p50_ms": 0.5, "p95_ms": 0.95}


@dataclass(frozen=True, slots=True)
class MetricOfArm:
    """A metric of an arm. `answers` and `units` have a value; `value` is None where there are none.

    The rest is None for the control, and before both arms have a unit. `pairs` are the blocks, or in shadow mode the
    units, behind the interval; None for a latency, which has no p-value either. A bound that is not known yet is None.
    """

    value: float | None
    answers: int
    units: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    pairs: int | None = None
    verdict: Verdict = "undecided"


@dataclass(frozen=True, slots=True)
class ArmReport:
    """An arm. `open_units` have a window that has not ended, and are in no other figure."""

    name: str
    share: float
    stop: Stop | None
    units: int
    open_units: int
    answers: int
    metrics: Mapping[Metric, MetricOfArm]


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """An experiment and what it found. `level` is the error rate of each interval.

    `moved_units` met more than one arm, because shares changed or an arm was stopped.
    """

    experiment: Experiment
    status: ExperimentStatus
    level: float
    moved_units: int
    arms: tuple[ArmReport, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        experiment = self.experiment
        return {
            "name": experiment.name,
            "status": self.status,
            "start": experiment.start.isoformat(),
            "end": experiment.end.isoformat(),
            "sticky": experiment.sticky,
            "window_hours": experiment.window.total_seconds() / 3600,
            "shadow": experiment.shadow,
            "metric": experiment.metric,
            "level": self.level,
            "moved_units": self.moved_units,
            "arms": [_arm_dict(arm) for arm in self.arms],
        }


def status_of(experiment: Experiment, now: datetime) -> ExperimentStatus:
    """Return whether an experiment is to come, runs, or is over."""
    if experiment.runs_at(now):
        return "running"
    return "planned" if now.date() < experiment.start else "ended"


def stop_dict(stop: Stop | None) -> dict[str, Any] | None:
    """Return a stop as JSON has it; None for an arm that was not stopped."""
    return {"stopped_at": moment_text(stop.stopped_at), **asdict(stop.breach)} if stop is not None else None


def make_report(
    experiment: Experiment, outcomes: Sequence[Rated], stops: Mapping[str, Stop], now: datetime
) -> ExperimentReport:
    """Compare the arms of an experiment. `outcomes` are all of its outcomes, oldest first."""
    level = LEVEL / len(experiment.arms)
    units = _units(outcomes, experiment)
    arms = tuple(
        _arm_report(name, experiment, units, stops.get(name), level, now) for name in (CONTROL, *experiment.arm_names)
    )
    return ExperimentReport(experiment, status_of(experiment, now), level, sum(unit.moved for unit in units), arms)


@dataclass(frozen=True, slots=True)
class _Unit:
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


def _units(outcomes: Sequence[Rated], experiment: Experiment) -> list[_Unit]:
    """Return the units in the order of their first answers."""
    shown: dict[str, list[Rated]] = {}
    by_shown_id: dict[str, Rated] = {}
    for rated in outcomes:
        if rated.outcome.shown_id is None:
            shown.setdefault(rated.outcome.unit, []).append(rated)
        else:
            by_shown_id[rated.outcome.shown_id] = rated
    return [_unit(of_unit, by_shown_id, experiment) for of_unit in shown.values()]


def _unit(shown: Sequence[Rated], shadows: Mapping[str, Rated], experiment: Experiment) -> _Unit:
    first = shown[0].outcome
    ended = first.answered_at + experiment.window
    of_arm = [one for one in shown if one.outcome.arm == first.arm]
    within = tuple(one for one in of_arm if one.outcome.answered_at < ended)
    pairs = tuple((shadows[one.outcome.answer_id], one) for one in within if one.outcome.answer_id in shadows)
    return _Unit(first.arm, first.answered_at, ended, within, pairs, len(of_arm) < len(shown))


def _arm_report(
    name: str, experiment: Experiment, units: Sequence[_Unit], stop: Stop | None, level: float, now: datetime
) -> ArmReport:
    mine = [unit for unit in units if unit.answers(name)]
    closed = [unit for unit in mine if unit.ended_at <= now]
    control = [unit for unit in units if unit.arm == CONTROL and unit.ended_at <= now]
    compare = _beside_shown if experiment.shadow else _beside_control
    return ArmReport(
        name,
        experiment.shares[name] / PARTS,
        stop,
        len(closed),
        len(mine) - len(closed),
        sum(len(unit.answers(name)) for unit in closed),
        {
            metric: _observed(_values(closed, name, metric), metric)
            if name == CONTROL
            else compare(closed, control, name, metric, level)
            for metric in METRICS
        },
    )


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a unit for a metric, at least one."""

    first_at: datetime
    values: Array

    @property
    def mean(self) -> float:
        return float(self.values.mean())


def _values(units: Sequence[_Unit], arm: str, metric: Metric) -> list[_Values]:
    """Return the values of an arm's answers by unit, in order, without the units that have none."""
    found = []
    for unit in units:
        known = [value for one in unit.answers(arm) if (value := _value(one, metric, unit.ended_at)) is not None]
        if known:
            found.append(_Values(unit.first_at, np.array(known)))
    return found


def _value(rated: Rated, metric: Metric, ended: datetime) -> float | None:
    """Return an answer's value for a metric; None where it has none, such as an answer without a rating."""
    if metric == "thumbs_up":
        is_in_time = rated.rating is not None and rated.rated_at is not None and rated.rated_at < ended
        return float(rated.rating == "up") if is_in_time else None
    value: float | bool | None = getattr(rated.outcome, "total_ms" if metric in _QUANTILES else metric)
    return None if value is None else float(value)


def _observed(values: Sequence[_Values], metric: Metric) -> MetricOfArm:
    """Return what an arm has shown, without a comparison."""
    arrays = [one.values for one in values]
    answers, units = sum(map(len, arrays)), len(arrays)
    if not arrays:
        return MetricOfArm(None, answers, units)
    if metric in _QUANTILES:
        return MetricOfArm(observed_quantile(arrays, _QUANTILES[metric]), answers, units)
    return MetricOfArm(float(np.mean([one.mean for one in values])), answers, units)


def _beside_control(
    closed: Sequence[_Unit], control: Sequence[_Unit], arm: str, metric: Metric, level: float
) -> MetricOfArm:
    """Compare the units of an arm with other units, those of the control."""
    mine, theirs = _values(closed, arm, metric), _values(control, CONTROL, metric)
    if metric in _QUANTILES:
        return _with_quantiles(mine, theirs, metric, level)
    ordered = sorted([(one, True) for one in mine] + [(one, False) for one in theirs], key=lambda one: one[0].first_at)
    means = np.array([one.mean for one, _ in ordered], dtype=np.float64)
    in_arm = np.array([is_mine for _, is_mine in ordered], dtype=np.bool_)
    return _with_means(_observed(mine, metric), compare_means(means, in_arm, level))


def _beside_shown(
    closed: Sequence[_Unit], control: Sequence[_Unit], arm: str, metric: Metric, level: float
) -> MetricOfArm:
    """Compare the shadows of an arm with the answers that were shown to the same questions."""
    del control
    mine, theirs = [], []
    for unit in closed:
        pairs = [
            (own, other)
            for shadow, shown in unit.shadows
            if shadow.outcome.arm == arm
            and (own := _value(shadow, metric, unit.ended_at)) is not None
            and (other := _value(shown, metric, unit.ended_at)) is not None
        ]
        if pairs:
            of_arm, of_shown = np.array(pairs).T
            mine.append(_Values(unit.first_at, of_arm))
            theirs.append(_Values(unit.first_at, of_shown))
    if metric in _QUANTILES:
        return _with_quantiles(mine, theirs, metric, level)
    differences = np.array([one.mean - other.mean for one, other in zip(mine, theirs, strict=True)])
    return _with_means(_observed(mine, metric), compare_pairs(differences, level))


def _with_means(observed: MetricOfArm, compared: MeanComparison | None) -> MetricOfArm:
    if compared is None:
        return observed
    interval = compared.interval
    return replace(
        observed,
        difference=compared.difference,
        low=interval.low,
        high=interval.high,
        p_value=compared.p_value,
        pairs=compared.pairs,
        verdict=_verdict(interval),
    )


def _with_quantiles(mine: Sequence[_Values], theirs: Sequence[_Values], metric: Metric, level: float) -> MetricOfArm:
    observed = _observed(mine, metric)
    arm, control = [one.values for one in mine], [one.values for one in theirs]
    compared = compare_quantiles(arm, control, _QUANTILES[metric], level)
    if compared is None:
        return observed
    interval = compared.interval
    return replace(
        observed,
        difference=compared.difference,
        low=interval.low if math.isfinite(interval.low) else None,
        high=interval.high if math.isfinite(interval.high) else None,
        verdict=_verdict(interval),
    )


def _verdict(interval: Interval) -> Verdict:
    return "higher" if interval.low > 0 else "lower" if interval.high < 0 else "undecided"


def _arm_dict(arm: ArmReport) -> dict[str, Any]:
    return {
        "name": arm.name,
        "share": arm.share,
        "stop": stop_dict(arm.stop),
        "units": arm.units,
        "open_units": arm.open_units,
        "answers": arm.answers,
        "metrics": {metric: asdict(found) for metric, found in arm.metrics.items()},
    }
