"""Moments in JSON: one form for the HTTP API, the command line and exports."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_text(moment: datetime) -> str:
    """Return a moment in UTC by ISO 8601, such as `2026-12-01T08:30:00Z`, the form of the HTTP API."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
