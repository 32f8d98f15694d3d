"""Thousands of simulated experiments: how often a daily look is wrong. `python -m benchmarks.experiments` has more."""

from __future__ import annotations

import math

import pytest

from testing.experiments import Population, simulate_quantile_misses, simulate_rejections, simulate_stops

ALPHA = 0.05
pytestmark = pytest.mark.long


def above(rate: float, experiments: int) -> float:
    """Three standard errors above a rate, for that many experiments."""
    return rate + 3 * math.sqrt(rate * (1 - rate) / experiments)


@pytest.mark.parametrize(("share", "mean"), [(0.5, 0.7), (0.1, 0.7), (0.5, 0.05), (0.1, 0.05)])
def test_equal_arms_seem_different_no_oftener_than_the_level_and_a_daily_z_test_far_oftener(
    share: float, mean: float
) -> None:
    found = simulate_rejections(Population(share, mean, mean), 4_200, 14, 2_000, seed=1)
    assert found.always <= above(ALPHA, 2_000)
    assert found.daily_users > 0.12
    assert found.daily_answers > found.daily_users
    assert found.once_users <= above(0.06, 2_000)


def test_a_difference_of_a_tenth_is_nearly_always_seen() -> None:
    found = simulate_rejections(Population(0.5, 0.8, 0.7), 4_200, 14, 300, seed=2)
    assert found.always > 0.99
    assert found.users is not None
    assert found.users < 1_500


@pytest.mark.parametrize("quantile", [0.5, 0.95])
def test_the_interval_of_a_quantile_is_wrong_on_some_day_no_oftener_than_the_level(quantile: float) -> None:
    assert simulate_quantile_misses(quantile, 2_000, 14, 300, seed=3) <= above(ALPHA, 300)


def test_a_guard_rail_spares_an_arm_at_half_of_its_limit_and_stops_one_at_twice_of_it_soon() -> None:
    sound, bad = (simulate_stops(rate, 0.2, 500, 100, 5_000, 2_000, seed=4) for rate in (0.1, 0.4))
    assert sound.share < 0.01
    assert bad.share == 1.0
    assert bad.answers == 100
