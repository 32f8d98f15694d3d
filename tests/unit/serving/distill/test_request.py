"""A budget as it is written."""

from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from serving.distill.request import parse_budget, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("60m", 3600), ("1h30m", 5400), ("90s", 90), (" 2h ", 7200), ("1h1m1s", 3661), ("none", None)]
)
def test_a_duration_is_read(text: str, seconds: float | None) -> None:
    assert parse_budget(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "60", "m", "0m", "-5m", "1.5h", "30m1h", "1d", "٣m", "9" * 5000 + "h", "ten minutes"]
)
def test_another_text_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--budget is .*60m, 1h30m or 90s"):
        parse_budget(text)


def test_a_run_that_has_to_end_knows_no_time_without_an_end() -> None:
    assert parse_duration("90s") == 90
    with pytest.raises(ConfigurationError, match="--budget is 'none'"):
        parse_duration("none")
