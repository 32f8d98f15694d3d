"""The tables of experiments: what happened to each answer, which arms were stopped, and who gets which arm.

No column has a word of a question or an answer, and units are salted hashes. A row outlives the record of its answer
until `app.experiments.records.forget` removes it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Base


class OutcomeRow(Base):
    """One answer of an experiment: the columns are the fields of `app.experiments.outcomes.Outcome`."""

    __tablename__ = "experiment_outcomes"

    answer_id: Mapped[str] = mapped_column(primary_key=True)
    experiment: Mapped[str]
    arm: Mapped[str]
    unit: Mapped[str]
    answered_at: Mapped[datetime]
    shown_id: Mapped[str | None]
    flagged: Mapped[bool | None]
    refused: Mapped[bool | None]
    cited: Mapped[bool | None]
    failed: Mapped[bool]
    total_ms: Mapped[float | None]

    __table_args__ = (Index(None, "experiment", "arm", "answered_at"),)


class StopRow(Base):
    """An arm that a guard-rail stopped: its value over so many answers was over the limit."""

    __tablename__ = "experiment_stops"

    experiment: Mapped[str] = mapped_column(primary_key=True)
    arm: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime]
    guard_rail: Mapped[str]
    value: Mapped[float]
    limit: Mapped[float]
    answers: Mapped[int]


class LayoutRow(Base):
    """The layout of an experiment: a list of `[arm, start, end]`, as in `app.experiments.assignment.Range`."""

    __tablename__ = "experiment_layouts"

    experiment: Mapped[str] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime]
    ranges: Mapped[list[list[str | int]]] = mapped_column(JSON)
