"""The error rate counts what reviewers say of spot checks, by week."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.reviews.draw import is_drawn
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


def test_the_interval_of_a_draw_contains_the_error_rate_of_all_unflagged_answers() -> None:
    chance = random.Random(11)
    rounds, covered, widths = 60, 0, []
    for number in range(rounds):
        # Wrong answers are flagged more often than right ones: the flagged say nothing about the others.
        wrong = {f"answer-{number}-{one}": chance.random() < 0.1 for one in range(600)}
        unflagged = {one: is_wrong for one, is_wrong in wrong.items() if chance.random() > (0.6 if is_wrong else 0.1)}
        truth = sum(unflagged.values()) / len(unflagged)
        verdicts = ["wrong" if unflagged[one] else "right" for one in unflagged if is_drawn(f"{number}", one, 0.15)]
        found = error_rate([(MONDAY, verdict) for verdict in verdicts])
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
        widths.append(found.high - found.low)
    assert covered >= 0.95 * rounds
    # And it is no empty promise.
    assert sum(widths) / rounds < 0.15
