"""Read and write the tables of experiments. Each function works in the session that it is given, and blocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from app.answers.tables import FeedbackRow
from app.database import Database
from app.database.insert import insert_new
from app.experiments.assignment import Layout, Range, relaid
from app.experiments.guard_rails import Breach, GuardRail, Stop, find_breach
from app.experiments.outcomes import Outcome, Rated
from app.experiments.state import State
from app.experiments.tables import LayoutRow, OutcomeRow, StopRow
from core.experiments import Experiment

_COLUMNS = tuple(getattr(OutcomeRow, field.name) for field in fields(Outcome))


def exchange(
    database: Database, outcomes: Sequence[Outcome], running: Experiment | None, layout: Layout, now: datetime
) -> State:
    """Write outcomes, stop the arms that are over a limit, and return the state, in one transaction.

    An empty `layout` is read, and changed to the shares of now. Raises DatabaseFault, and nothing is written then.
    """
    with database.session() as session:
        keep(session, outcomes)
        if running is None:
            return State()
        stops = dict(stops_of(session, running.name))
        for arm in running.arm_names:
            if arm not in stops:
                limits = running.guard_rails
                latest = latest_outcomes(session, running.name, arm, limits.latest)
                rated = latest_outcomes(session, running.name, arm, limits.latest, only_rated=True)
                breach = find_breach(latest, rated, limits)
                if breach is not None:
                    stops[arm] = Stop(arm, now, breach)
                    stop(session, running.name, stops[arm])
        return State(running, layout or layout_of(session, running.name, running.shares, now), stops)


def keep(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write outcomes. One of an answer that has an outcome already changes nothing: a request was sent again."""
    if outcomes:
        insert_new(session, OutcomeRow, [asdict(outcome) for outcome in outcomes])


def outcomes_of(session: Session, experiment: str) -> list[Rated]:
    """Return the outcomes of an experiment with their ratings, oldest first."""
    found = _rated().where(OutcomeRow.experiment == experiment)
    return _read(session, found.order_by(OutcomeRow.answered_at, OutcomeRow.answer_id))


def latest_outcomes(
    session: Session, experiment: str, arm: str, count: int, *, only_rated: bool = False
) -> list[Rated]:
    """Return the latest outcomes of an arm with their ratings, newest first; or those among them that have a rating."""
    found = _rated().where(OutcomeRow.experiment == experiment, OutcomeRow.arm == arm)
    if only_rated:
        found = found.where(FeedbackRow.rating.is_not(None))
    return _read(session, found.order_by(OutcomeRow.answered_at.desc(), OutcomeRow.answer_id).limit(count))


def stop(session: Session, experiment: str, stopped: Stop) -> None:
    """Stop an arm. One that is stopped already keeps its reason."""
    breach = asdict(stopped.breach)
    insert_new(
        session, StopRow, [{"experiment": experiment, "arm": stopped.arm, "stopped_at": stopped.stopped_at, **breach}]
    )


def stops_of(session: Session, experiment: str) -> Mapping[str, Stop]:
    """Return the stopped arms of an experiment by name."""
    rows = session.scalars(select(StopRow).where(StopRow.experiment == experiment).order_by(StopRow.stopped_at))
    return {row.arm: Stop(row.arm, row.stopped_at, _breach(row)) for row in rows}


def layout_of(session: Session, experiment: str, shares: Mapping[str, int], now: datetime) -> Layout:
    """Return the layout of an experiment, changed to these shares where it has others."""
    row = session.get(LayoutRow, experiment)
    before = tuple(Range(str(arm), int(start), int(end)) for arm, start, end in row.ranges) if row else ()
    layout = relaid(before, shares)
    if layout != before:
        ranges: list[list[str | int]] = [[part.arm, part.start, part.end] for part in layout]
        if row is None:
            # Another process may do the same at this moment.
            insert_new(session, LayoutRow, [{"experiment": experiment, "changed_at": now, "ranges": ranges}])
        else:
            row.changed_at, row.ranges = now, ranges
    return layout


def forget(session: Session, answer_ids: Collection[str]) -> None:
    """Remove the outcomes of answers, and of their shadows."""
    of_answers = or_(OutcomeRow.answer_id.in_(answer_ids), OutcomeRow.shown_id.in_(answer_ids))
    session.execute(delete(OutcomeRow).where(of_answers))


def forget_before(session: Session, moment: datetime) -> None:
    """Remove the outcomes of answers that were given before a moment."""
    session.execute(delete(OutcomeRow).where(OutcomeRow.answered_at < moment))


def _breach(row: StopRow) -> Breach:
    return Breach(cast("GuardRail", row.guard_rail), row.value, row.limit, row.answers)


def _rated() -> Select[Any]:
    joined = OutcomeRow.answer_id == FeedbackRow.answer_id
    return select(*_COLUMNS, FeedbackRow.rating, FeedbackRow.given_at).outerjoin(FeedbackRow, joined)


def _read(session: Session, found: Select[Any]) -> list[Rated]:
    return [Rated(Outcome(*values), rating, given_at) for *values, rating, given_at in session.execute(found)]
