"""A budget as it is written."""

from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from serving.distill.request import parse_budget


@pytest.mark.parametrize(
    ("text", "seconds"), [("60m", 3600), ("1h30m", 5400), ("90s", 90), (" 2h ", 7200), ("1h1m1s", 3661), ("none", None)]
)
def test_a_duration_is_read(text: str, seconds: float | None) -> None:
    assert parse_budget(text) == seconds


@pytest.mark.parametrize("text", ["", "60", "0m", "-5m", "1.5h", "30m1h", "ten minutes"])
def test_another_text_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--budget is .*60m, 1h30m or 90s"):
        parse_budget(text)
