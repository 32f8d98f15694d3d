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
from app.experiments.windows import QUANTILES, UnitValues, UnitWindow, value_of, values_of, windows_of
from core.experiments import CONTROL, PARTS, Experiment, Metric
from core.moments import moment_text
from core.sequential import (
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
    units = windows_of(outcomes, experiment)
    arms = tuple(
        _arm_report(name, experiment, units, stops.get(name), level, now) for name in (CONTROL, *experiment.arm_names)
    )
    return ExperimentReport(experiment, status_of(experiment, now), level, sum(unit.moved for unit in units), arms)


def _arm_report(
    name: str, experiment: Experiment, units: Sequence[UnitWindow], stop: Stop | None, level: float, now: datetime
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
            metric: _observed(values_of(closed, name, metric), metric)
            if name == CONTROL
            else compare(closed, control, name, metric, level)
            for metric in METRICS
        },
    )


def _observed(values: Sequence[UnitValues], metric: Metric) -> MetricOfArm:
    """Return what an arm has shown, without a comparison."""
    arrays = [one.values for one in values]
    answers, units = sum(map(len, arrays)), len(arrays)
    if not arrays:
        return MetricOfArm(None, answers, units)
    if metric in QUANTILES:
        return MetricOfArm(observed_quantile(arrays, QUANTILES[metric]), answers, units)
    return MetricOfArm(float(np.mean([one.mean for one in values])), answers, units)


def _beside_control(
    closed: Sequence[UnitWindow], control: Sequence[UnitWindow], arm: str, metric: Metric, level: float
) -> MetricOfArm:
    """Compare the units of an arm with other units, those of the control."""
    mine, theirs = values_of(closed, arm, metric), values_of(control, CONTROL, metric)
    if metric in QUANTILES:
        return _with_quantiles(mine, theirs, metric, level)
    ordered = sorted([(one, True) for one in mine] + [(one, False) for one in theirs], key=lambda one: one[0].first_at)
    means = np.array([one.mean for one, _ in ordered], dtype=np.float64)
    in_arm = np.array([is_mine for _, is_mine in ordered], dtype=np.bool_)
    return _with_means(_observed(mine, metric), compare_means(means, in_arm, level))


def _beside_shown(
    closed: Sequence[UnitWindow], control: Sequence[UnitWindow], arm: str, metric: Metric, level: float
) -> MetricOfArm:
    """Compare the shadows of an arm with the answers that were shown to the same questions."""
    del control
    mine, theirs = [], []
    for unit in closed:
        pairs = [
            (own, other)
            for shadow, shown in unit.shadows
            if shadow.outcome.arm == arm
            and (own := value_of(shadow, metric, unit.ended_at)) is not None
            and (other := value_of(shown, metric, unit.ended_at)) is not None
        ]
        if pairs:
            of_arm, of_shown = np.array(pairs).T
            mine.append(UnitValues(unit.first_at, of_arm))
            theirs.append(UnitValues(unit.first_at, of_shown))
    if metric in QUANTILES:
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


def _with_quantiles(
    mine: Sequence[UnitValues], theirs: Sequence[UnitValues], metric: Metric, level: float
) -> MetricOfArm:
    observed = _observed(mine, metric)
    arm, control = [one.values for one in mine], [one.values for one in theirs]
    compared = compare_quantiles(arm, control, QUANTILES[metric], level)
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
