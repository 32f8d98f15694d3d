from __future__ import annotations

import re

import pytest

from core.errors import ConfigurationError
from evals.distill.run.budget import (
    CLOSING_SECONDS,
    LEAST_TRAINING_SECONDS,
    MARGIN,
    estimate_reserve,
    training_seconds,
)
from serving.distill.request import parse_duration


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
    assert training_seconds(parse_duration(found[1]), 200.0, reserve) >= LEAST_TRAINING_SECONDS
