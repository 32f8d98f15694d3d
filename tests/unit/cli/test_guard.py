"""`groundwork guard` before it listens."""

from __future__ import annotations

import pytest

from cli.guard import guard_command
from core.errors import ConfigurationError


def test_a_form_of_the_log_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWORK_LOG_FORMAT", "xml")

    with pytest.raises(ConfigurationError, match="GROUNDWORK_LOG_FORMAT is 'xml'; it must be text or json"):
        guard_command(upstream="http://localhost:1/v1")
