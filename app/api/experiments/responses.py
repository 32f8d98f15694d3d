"""The responses about experiments."""

from __future__ import annotations

from pydantic import Field

from app.api.models import Response
from app.experiments.guard_rails import GuardRail
from app.experiments.report import ExperimentStatus, Verdict
from core.experiments import Metric, Sticky


class ArmStop(Response):
    """Why a guard-rail stopped an arm; its units get the control."""

    stopped_at: str = Field(description="When, in UTC (ISO 8601).")
    guard_rail: GuardRail = Field(description="The guard-rail, as `domain.toml` names it.")
    value: float = Field(description="Its value when the arm was stopped.")
    limit: float = Field(description="The limit that the value is over.")
    answers: int = Field(description="The latest answers of the arm that the value was computed from.")


class ExperimentArm(Response):
    """An arm of an experiment, or the control."""

    name: str = Field(description="The arm's name; `control` for the default recipe.")
    share: float = Field(description="Its share of the units, 0 to 1.")
    stop: ArmStop | None = Field(description="Why it was stopped; null for an arm that was not.")


class ExperimentRow(Response):
    """An experiment, without its figures."""

    name: str = Field(description="The experiment's name.")
    status: ExperimentStatus = Field(description="Whether it is to come, runs, or is over.")
    start: str = Field(description="The first day, in UTC.")
    end: str = Field(description="The last day, in UTC.")
    sticky: Sticky = Field(description="What keeps its arm.")
    metric: Metric = Field(description="The metric that decides.")
    shadow: bool = Field(description="Whether the arms answer without being shown.")
    arms: list[ExperimentArm] = Field(description="The arms, the control last.")


class ExperimentList(Response):
    """Every experiment of the domain."""

    experiments: list[ExperimentRow] = Field(description="The experiments, in the order of `domain.toml`.")


class MetricOfArm(Response):
    """A metric of an arm, and its difference from the control with an anytime-valid interval."""

    value: float | None = Field(description="The mean of the units' values, or the percentile; null without any.")
    answers: int = Field(description="Answers that have a value.")
    units: int = Field(description="Units that have a value.")
    difference: float | None = Field(description="Arm minus control; null for the control and without units.")
    low: float | None = Field(description="Lower end of the interval; null while it is not known.")
    high: float | None = Field(description="Upper end of the interval; null while it is not known.")
    p_value: float | None = Field(description="Anytime-valid p-value of no difference; null for a latency.")
    pairs: int | None = Field(description="Blocks of units behind the interval; null for a latency.")
    verdict: Verdict = Field(description="Whether the arm is higher or lower than the control, as far as is known.")


class ArmFound(ExperimentArm):
    """An arm with its figures."""

    units: int = Field(description="Units whose window has ended.")
    open_units: int = Field(description="Units whose window has not ended; they are in no other figure.")
    answers: int = Field(description="Answers of the units whose window has ended.")
    metrics: dict[Metric, MetricOfArm] = Field(description="The metrics by name.")


class ExperimentFound(Response):
    """What an experiment found so far."""

    name: str = Field(description="The experiment's name.")
    status: ExperimentStatus = Field(description="Whether it is to come, runs, or is over.")
    start: str = Field(description="The first day, in UTC.")
    end: str = Field(description="The last day, in UTC.")
    sticky: Sticky = Field(description="What keeps its arm.")
    window_hours: float = Field(description="Hours from the first answer of a unit in which its answers count.")
    shadow: bool = Field(description="Whether the arms answer without being shown.")
    metric: Metric = Field(description="The metric that decides.")
    level: float = Field(description="The error rate of each interval: 0.05 divided by the number of arms.")
    moved_units: int = Field(description="Units that met more than one arm; they count for the first.")
    arms: list[ArmFound] = Field(description="The control and the arms.")
