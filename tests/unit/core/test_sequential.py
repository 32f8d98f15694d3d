"""Intervals that may be looked at after every observation: right as often as they say, and narrow enough for use."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sequential import (
    block_differences,
    compare_means,
    compare_pairs,
    compare_quantiles,
    equality_log_capital,
    mean_interval,
    observed_quantile,
    quantile_interval,
)
from testing.experiments import Population, first_rejection, simulated_units

ALPHA = 0.05


def test_the_interval_of_nothing_is_the_whole_range() -> None:
    interval = mean_interval(np.zeros(0), ALPHA)
    assert interval.low == 0.0
    assert interval.high == pytest.approx(1.0)


def test_an_interval_closes_in_on_the_mean() -> None:
    values = np.random.default_rng(1).beta(3.0, 7.0, 20_000)
    few, many = mean_interval(values[:200], ALPHA), mean_interval(values, ALPHA)
    assert few.low < many.low < 0.3 < many.high < few.high
    assert many.high - many.low < 0.02


def test_an_interval_mirrors_its_values() -> None:
    values = np.random.default_rng(2).random(300)
    one, other = mean_interval(values, ALPHA), mean_interval(1.0 - values, ALPHA)
    assert one.low == pytest.approx(1.0 - other.high)
    assert one.high == pytest.approx(1.0 - other.low)


@given(st.lists(st.floats(0, 1), max_size=40))
def test_an_interval_is_inside_the_range_and_not_empty(values: list[float]) -> None:
    interval = mean_interval(np.array(values), ALPHA)
    assert -1e-9 <= interval.low < interval.high <= 1 + 1e-9


def test_an_interval_never_grows_as_values_come() -> None:
    values = np.random.default_rng(3).random(120)
    intervals = [mean_interval(values[:count], ALPHA) for count in range(121)]
    assert all(a.low <= b.low + 1e-9 and b.high <= a.high + 1e-9 for a, b in pairwise(intervals))


def test_the_p_value_is_below_the_level_exactly_when_the_interval_excludes_zero() -> None:
    random = np.random.default_rng(4)
    for shift in (0.0, 0.05, 0.1, 0.2):
        compared = compare_pairs(np.clip(random.normal(shift, 0.4, 300), -1.0, 1.0), ALPHA)
        assert compared is not None
        assert compared.interval.excludes(0.0) == (compared.p_value < ALPHA)


def test_nothing_is_compared_before_both_arms_have_a_unit() -> None:
    assert compare_means(np.ones(3), np.zeros(3, dtype=np.bool_), ALPHA) is None
    assert compare_means(np.ones(3), np.ones(3, dtype=np.bool_), ALPHA) is None
    assert compare_means(np.zeros(0), np.zeros(0, dtype=np.bool_), ALPHA) is None
    assert compare_quantiles([], [np.ones(1)], 0.5, ALPHA) is None
    assert compare_pairs(np.zeros(0), ALPHA) is None


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.5, 0.6, 0.9])
def test_blocks_leave_few_units_out_whatever_the_shares(share: float) -> None:
    random = np.random.default_rng(5)
    in_arm = random.random(20_000) < share
    blocks = len(block_differences(random.random(20_000), in_arm))
    assert blocks > 0.95 * min(in_arm.sum(), (~in_arm).sum())


def test_blocks_follow_a_change_of_shares() -> None:
    random = np.random.default_rng(6)
    in_arm = np.concatenate([random.random(5_000) < 0.05, random.random(5_000) < 0.5])
    assert len(block_differences(random.random(10_000), in_arm)) > 0.85 * in_arm.sum()


def test_which_units_make_a_block_depends_on_no_value() -> None:
    random = np.random.default_rng(7)
    in_arm = random.random(500) < 0.3
    first, second = random.random(500), random.random(500)
    of_sum = block_differences(first + second, in_arm)
    assert of_sum == pytest.approx(block_differences(first, in_arm) + block_differences(second, in_arm))


def test_the_difference_is_that_of_all_units_and_has_the_sign_of_the_arm() -> None:
    values = np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    compared = compare_means(values, np.array([False, True, False, True, False]), ALPHA)
    assert compared is not None
    assert compared.difference == pytest.approx(1.0 - 1 / 3)
    assert compared.pairs == 2


def test_a_drift_that_both_arms_have_makes_no_difference() -> None:
    random = np.random.default_rng(8)
    in_arm = random.random(4_000) < 0.5
    values = (random.random(4_000) < np.linspace(0.2, 0.8, 4_000)).astype(np.float64)
    compared = compare_means(values, in_arm, ALPHA)
    assert compared is not None
    assert not compared.interval.excludes(0.0)


def test_a_quantile_is_found_and_its_interval_closes_in() -> None:
    random = np.random.default_rng(9)
    units = [random.lognormal(7.0, 0.5, count) for count in random.integers(1, 6, 3_000)]
    true = math.exp(7.0 + 0.5 * 1.6449)
    few, many = quantile_interval(units[:300], 0.95, ALPHA), quantile_interval(units, 0.95, ALPHA)
    assert few.low < many.low < true < many.high < few.high
    assert many.high - many.low < 0.15 * true
    assert observed_quantile(units, 0.95) == pytest.approx(true, rel=0.05)


def test_a_quantile_of_few_units_has_no_upper_bound() -> None:
    interval = quantile_interval([np.array([100.0]), np.array([120.0])], 0.95, ALPHA)
    assert (interval.low, interval.high) == (-math.inf, math.inf)


def test_each_unit_has_the_same_weight_in_a_quantile() -> None:
    assert observed_quantile([np.full(98, 1.0), np.array([5.0]), np.array([5.0])], 0.5) == 5.0


def test_a_slower_arm_is_found_slower() -> None:
    random = np.random.default_rng(10)
    fast = [random.lognormal(7.0, 0.4, 3) for _ in range(1_500)]
    slow = [random.lognormal(7.3, 0.4, 3) for _ in range(1_500)]
    compared = compare_quantiles(slow, fast, 0.95, ALPHA)
    assert compared is not None
    assert compared.interval.low > 0
    assert compared.difference == pytest.approx(compared.arm - compared.control)


def test_equal_arms_seem_different_in_at_most_five_of_a_hundred_experiments() -> None:
    """Looked at after every block of 300 experiments with 800 users each, who differ and ask several questions."""
    random = np.random.default_rng(11)
    population = Population(share=0.5, arm=0.7, control=0.7)
    rejected = [first_rejection(*simulated_units(population, 800, random), ALPHA) is not None for _ in range(300)]
    # Three standard errors above 0.05 would be 0.088: less is needed, since the bound is not sharp.
    assert np.mean(rejected) <= ALPHA


def test_a_difference_of_a_tenth_is_found_with_some_hundred_users() -> None:
    random = np.random.default_rng(12)
    population = Population(share=0.5, arm=0.8, control=0.7)
    found = [first_rejection(*simulated_units(population, 2_000, random), ALPHA) for _ in range(60)]
    assert np.mean([units is not None for units in found]) > 0.9
    assert np.median([units for units in found if units is not None]) < 1_200


def test_the_capital_of_many_experiments_is_that_of_each() -> None:
    differences = np.random.default_rng(13).uniform(-1, 1, (4, 50))
    together = equality_log_capital(differences, ALPHA)
    assert together.shape == (4, 50)
    assert together[2] == pytest.approx(equality_log_capital(differences[2], ALPHA))
