"""The error rate counts what reviewers say of spot checks, by week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.reviews.quality import ErrorRate, by_week, error_rate

MONDAY = datetime(2026, 6, 29, tzinfo=UTC)


def test_a_partly_right_answer_is_wrong_and_an_open_review_says_nothing() -> None:
    checks = [(MONDAY, verdict) for verdict in ("right", "right", "wrong", "partly", None)]
    found = error_rate(checks)
    assert (found.drawn, found.reviewed, found.wrong, found.partly, found.rate) == (5, 4, 2, 1, 0.5)
    # Clopper and Pearson for two of four.
    assert found.low == pytest.approx(0.0676, abs=1e-4)
    assert found.high == pytest.approx(0.9324, abs=1e-4)


def test_without_labels_there_is_no_rate() -> None:
    assert error_rate([(MONDAY, None)]) == ErrorRate(1, 0, 0, 0, None, None, None)
    assert by_week([]) == {}


def test_a_week_begins_on_monday_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    checks = [
        (MONDAY + timedelta(days=7), "wrong"),
        (MONDAY - timedelta(seconds=1), "wrong"),
        (MONDAY, "right"),
        # Sunday in UTC.
        (datetime(2026, 7, 6, 1, tzinfo=east), "right"),
    ]
    found = by_week(checks)
    assert list(found) == ["2026-06-22", "2026-06-29", "2026-07-06"]
    assert [(rate.reviewed, rate.wrong) for rate in found.values()] == [(1, 1), (2, 0), (1, 1)]
