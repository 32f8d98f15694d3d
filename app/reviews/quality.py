"""How the answers fared, by day, and how many of the unflagged ones are wrong, by the spot checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Integer, String, case, cast, func, select
from sqlalchemy.orm import Session

from app.answers.tables import AnswerRow, FeedbackRow
from app.database import Database
from app.reviews.tables import ReviewRow
from core.stats import estimate_proportion

Drawn: TypeAlias = tuple[datetime, str | None]
"""When a spot check was answered, and its verdict; None while it is open."""
_MEDIAN, _SLOW = 0.5, 0.95


@dataclass(frozen=True, slots=True)
class QualityDay:
    """The answers of a day in UTC: how many they are, and how many of each kind.

    flagged_hard, flagged_soft  with a hard flag; with soft ones only
    thumbs_up, thumbs_down      rated so, also on a later day
    p50_first_word_ms, p95_…    milliseconds to the first word, by nearest rank; None without answers
    """

    day: str
    answers: int = 0
    refused: int = 0
    flagged_hard: int = 0
    flagged_soft: int = 0
    degraded: int = 0
    thumbs_up: int = 0
    thumbs_down: int = 0
    p50_first_word_ms: float | None = None
    p95_first_word_ms: float | None = None


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """The share of wrong answers among the unflagged ones, from the spot checks, with its 95% interval.

    drawn    spot checks, open ones included
    reviewed spot checks with a label; `rate`, `low` and `high` are None without any
    wrong    those among them that are labelled wrong or partly right
    partly   those among the wrong ones that are partly right
    """

    drawn: int
    reviewed: int
    wrong: int
    partly: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Quality:
    """The days, the first one first, and the error rate over all of them and by week."""

    days: tuple[QualityDay, ...]
    spot_checks: ErrorRate
    by_week: Mapping[str, ErrorRate]


def read_quality(database: Database, days: int, today: date) -> Quality:
    """Return the quality of the last days, today included. Blocks. Raises DatabaseFault.

    Not covered: answers that were deleted, except as spot checks; a draw whose share changed, in which the days of the
    higher share weigh more; spot checks that nobody labels, if they are other than those that somebody does.
    """
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time(), UTC)
    with database.reading() as session:
        found = {day.day: day for day in _days(session, since)}
        drawn = session.execute(
            select(ReviewRow.created_at, ReviewRow.verdict).where(
                ReviewRow.source == "spot_check", ReviewRow.created_at >= since
            )
        ).all()
    every = [(first + timedelta(days=number)).isoformat() for number in range(days)]
    checks: list[Drawn] = [(at, verdict) for at, verdict in drawn]
    return Quality(tuple(found.get(day, QualityDay(day)) for day in every), error_rate(checks), by_week(checks))


def error_rate(checks: Sequence[Drawn]) -> ErrorRate:
    """Return the error rate of spot checks."""
    verdicts = [verdict for _, verdict in checks if verdict is not None]
    partly = verdicts.count("partly")
    wrong = verdicts.count("wrong") + partly
    if not verdicts:
        return ErrorRate(len(checks), 0, 0, 0, None, None, None)
    estimate = estimate_proportion(wrong, len(verdicts))
    return ErrorRate(len(checks), len(verdicts), wrong, partly, estimate.value, estimate.low, estimate.high)


def by_week(checks: Iterable[Drawn]) -> dict[str, ErrorRate]:
    """Return the error rate of each week in which answers were drawn, by its Monday in UTC, the first week first."""
    weeks: dict[str, list[Drawn]] = defaultdict(list)
    for check in sorted(checks, key=lambda check: check[0]):
        day = check[0].astimezone(UTC).date()
        weeks[(day - timedelta(days=day.weekday())).isoformat()].append(check)
    return {week: error_rate(found) for week, found in weeks.items()}


def _days(session: Session, since: datetime) -> Iterable[QualityDay]:
    day = _day(session).label("day")
    hard = AnswerRow.hard_flags > 0
    counted = (
        select(
            day,
            func.count(),
            _count(AnswerRow.kind == "refusal"),
            _count(hard),
            _count((AnswerRow.hard_flags == 0) & (AnswerRow.soft_flags > 0)),
            _count(AnswerRow.degraded_reason.is_not(None)),
            _count(FeedbackRow.rating == "up"),
            _count(FeedbackRow.rating == "down"),
        )
        .outerjoin(FeedbackRow, FeedbackRow.answer_id == AnswerRow.id)
        .where(AnswerRow.answered_at >= since)
        .group_by(day)
    )
    latencies = _latencies(session, since)
    for row in session.execute(counted):
        yield QualityDay(*row, *latencies.get(row[0], (None, None)))


def _latencies(session: Session, since: datetime) -> dict[str, tuple[float | None, float | None]]:
    """Return the median and the 95th percentile of the time to the first word by day, by nearest rank."""
    day = _day(session).label("day")
    ranked = (
        select(
            day,
            AnswerRow.first_word_ms.label("value"),
            func.row_number().over(partition_by=day, order_by=AnswerRow.first_word_ms).label("rank"),
            func.count().over(partition_by=day).label("n"),
        )
        .where(AnswerRow.answered_at >= since, AnswerRow.first_word_ms.is_not(None))
        .subquery()
    )

    def percentile(share: float) -> ColumnElement[Any]:
        return func.min(case((ranked.c.rank >= share * ranked.c.n, ranked.c.value)))

    rows = session.execute(select(ranked.c.day, percentile(_MEDIAN), percentile(_SLOW)).group_by(ranked.c.day))
    return {name: (median, slow) for name, median, slow in rows}


def _day(session: Session) -> ColumnElement[str]:
    """Return the day of an answer in UTC, as ISO 8601 has it."""
    if session.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", AnswerRow.answered_at), "YYYY-MM-DD")
    return func.date(AnswerRow.answered_at, type_=String)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(cast(case((condition, 1), else_=0), Integer)), 0)
