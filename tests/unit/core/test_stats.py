from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.stats import (
    SEED,
    Array,
    Rows,
    bounds,
    draw,
    estimate_percentiles,
    estimate_proportion,
    estimate_ratio,
    estimate_ratios,
)

COIN = np.array([0.0, 1.0] * 20)


@given(arrays(np.float64, st.integers(1, 30), elements=st.sampled_from([0.0, 0.5, 1.0])))
def test_the_interval_contains_the_value(parts: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    estimate = estimate_ratio(parts, np.ones(len(parts)))
    assert estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9
    assert estimate.value == pytest.approx(parts.mean())
    assert estimate.n == len(parts)


def test_the_interval_shrinks_with_the_number_of_questions_as_its_root() -> None:
    few = estimate_ratio(COIN, np.ones(40))
    many = estimate_ratio(np.tile(COIN, 4), np.ones(160))
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(2.0, rel=0.1)


def test_the_interval_of_a_share_agrees_with_the_normal_approximation() -> None:
    estimate = estimate_ratio(np.array([1.0] * 60 + [0.0] * 140), np.ones(200))
    half = 1.96 * (0.3 * 0.7 / 200) ** 0.5
    assert estimate.low == pytest.approx(0.3 - half, abs=0.01)
    assert estimate.high == pytest.approx(0.3 + half, abs=0.01)


def test_the_same_results_give_the_same_interval_and_another_seed_nearly_the_same() -> None:
    first, again = (estimate_ratio(COIN, np.ones(40), seed=1) for _ in range(2))
    other = estimate_ratio(COIN, np.ones(40), seed=2)
    assert first == again
    assert other.low == pytest.approx(first.low, abs=0.03)


def test_a_ratio_is_of_sums_and_questions_keep_their_own_whole() -> None:
    estimate = estimate_ratio(np.array([1.0, 0.0]), np.array([1.0, 3.0]))
    assert estimate.value == 0.25
    assert (estimate.low, estimate.high) == (0.0, 1.0)


def test_one_question_and_equal_questions_have_no_width() -> None:
    one = estimate_ratio(np.array([0.5]), np.ones(1))
    equal = estimate_ratio(np.ones(12), np.ones(12))
    assert (one.low, one.value, one.high) == (0.5, 0.5, 0.5)
    assert (equal.low, equal.value, equal.high) == (1.0, 1.0, 1.0)


def test_percentiles_are_interpolated_and_lie_in_their_interval() -> None:
    milliseconds = np.arange(1.0, 102.0)
    median, tail = estimate_percentiles(milliseconds, (50, 95))
    assert (median.value, tail.value) == (51.0, 96.0)
    assert median.low < 51.0 < median.high
    assert tail.low < 96.0 <= tail.high <= 101.0


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # As scipy.stats.binomtest(successes, n).proportion_ci(method="exact") gives them.
    [(0, 100, 0.0, 0.036217), (3, 100, 0.006230, 0.085176), (2, 4, 0.067586, 0.932414), (100, 100, 0.963783, 1.0)],
)
def test_the_interval_of_a_proportion_is_that_of_clopper_and_pearson(
    successes: int, n: int, low: float, high: float
) -> None:
    estimate = estimate_proportion(successes, n)
    assert (estimate.value, estimate.n) == (successes / n, n)
    assert estimate.low == pytest.approx(low, abs=1e-6)
    assert estimate.high == pytest.approx(high, abs=1e-6)


def test_the_interval_of_a_proportion_of_many_draws_agrees_with_the_normal_approximation() -> None:
    estimate = estimate_proportion(30_000, 100_000)
    half = 1.96 * (0.3 * 0.7 / 100_000) ** 0.5
    assert estimate.low == pytest.approx(0.3 - half, abs=2e-5)
    assert estimate.high == pytest.approx(0.3 + half, abs=2e-5)


@pytest.mark.parametrize("rate", [0.005, 0.02, 0.1, 0.5])
@pytest.mark.parametrize("n", [20, 150])
def test_the_interval_of_a_proportion_contains_the_true_one_in_95_of_100_samples(rate: float, n: int) -> None:
    samples = np.random.default_rng(7).binomial(n, rate, size=4_000)
    intervals = {count: estimate_proportion(int(count), n) for count in np.unique(samples)}
    covered = sum(intervals[count].low <= rate <= intervals[count].high for count in samples)
    # Three standard deviations below 95%.
    assert covered / len(samples) >= 0.95 - 3 * (0.95 * 0.05 / len(samples)) ** 0.5


def test_ratios_and_percentiles_are_those_of_the_drawn_questions() -> None:
    values, wholes = np.array([3.0, 1.0, 2.0, 10.0, 4.0]), np.array([1.0, 2.0, 1.0, 3.0, 1.0])

    def drawn(statistic: Callable[[Rows], Array]) -> tuple[float, float]:
        return bounds(draw(5, np.random.default_rng(SEED), statistic))

    ratio, whole = estimate_ratios(np.array([values, wholes]), np.array([wholes, wholes]))
    percentile = estimate_percentiles(values, (35,))[0]

    expected = drawn(lambda rows: values[rows].sum(axis=-1) / wholes[rows].sum(axis=-1))
    assert (ratio.low, ratio.high) == pytest.approx(expected)
    assert (whole.value, whole.low, whole.high) == (1.0, 1.0, 1.0)
    expected = drawn(lambda rows: np.percentile(values[rows], 35, axis=-1))
    assert (percentile.low, percentile.high) == pytest.approx(expected)
