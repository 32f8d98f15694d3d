"""What a process knows of the experiment that runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.experiments.assignment import Layout
from app.experiments.guard_rails import Stop
from core.experiments import Arm, Experiment


@dataclass(frozen=True, slots=True)
class State:
    """The experiment that runs, its layout and the arms that were stopped, as the database has them.

    Without an experiment nothing runs, or the database has not been read yet.
    """

    experiment: Experiment | None = None
    layout: Layout = ()
    stops: Mapping[str, Stop] = field(default_factory=dict)


def running_at(experiments: Sequence[Experiment], moment: datetime) -> Experiment | None:
    """Return the experiment that runs at a moment; there is one at most."""
    return next((experiment for experiment in experiments if experiment.runs_at(moment)), None)


def arm_of(experiment: Experiment, name: str) -> Arm | None:
    """Return an arm by name; None for the control."""
    return next((arm for arm in experiment.arms if arm.name == name), None)


def stop_line(label: str, stop: Stop) -> str:
    """Say which arm was stopped, and why."""
    breach = stop.breach
    return (
        f"the arm {label} was stopped at {stop.stopped_at:%Y-%m-%d %H:%M} UTC: {breach.guard_rail} is "
        f"{breach.value:.4g} over its latest {breach.answers} answers that count, and the limit is {breach.limit:g}. "
        "Its units get the control."
    )
