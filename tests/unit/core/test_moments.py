"""A moment has one form in JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from core.moments import moment_text


def test_a_moment_is_written_in_utc_with_a_z() -> None:
    assert moment_text(datetime(2026, 12, 1, 8, 30, tzinfo=UTC)) == "2026-12-01T08:30:00Z"
    assert moment_text(datetime(2026, 12, 1, 8, 30, tzinfo=timezone(timedelta(hours=1)))) == "2026-12-01T07:30:00Z"
