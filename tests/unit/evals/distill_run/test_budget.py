from __future__ import annotations

import re

import pytest

from core.errors import ConfigurationError
from evals.distill_run.budget import (
    CLOSING_SECONDS,
    LEAST_TRAINING_SECONDS,
    MARGIN,
    estimate_reserve,
    parse_budget,
    training_seconds,
)


@pytest.mark.parametrize(
    ("text", "seconds"), [("60m", 3600), ("1h30m", 5400), ("90s", 90), ("2h", 7200), (" 1h1m1s ", 3661)]
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_budget(text) == seconds


@pytest.mark.parametrize("text", ["", "0m", "60", "m", "1.5h", "30m1h", "-5m", "1d", "٣m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="must be a duration as in 60m, 1h30m or 90s"):
        parse_budget(text)


def test_the_time_of_the_base_is_reserved_for_each_student() -> None:
    reserve = estimate_reserve(100.0, 50.0)
    assert reserve.seconds == pytest.approx(MARGIN * 250.0 + CLOSING_SECONDS)
    assert set(estimate_reserve(100.0, None).stages) == {"student", "gate"}


def test_training_gets_what_is_left() -> None:
    reserve = estimate_reserve(100.0, None)
    assert training_seconds(3600.0, 400.0, reserve) == int(3200.0 - reserve.seconds)


def test_a_budget_that_leaves_too_little_is_refused_with_one_that_suffices() -> None:
    reserve = estimate_reserve(300.0, 60.0)
    with pytest.raises(ConfigurationError) as refused:
        training_seconds(600.0, 200.0, reserve)
    found = re.search(r"--budget (\d+m)", str(refused.value))
    assert found is not None
    assert training_seconds(parse_budget(found[1]), 200.0, reserve) >= LEAST_TRAINING_SECONDS
