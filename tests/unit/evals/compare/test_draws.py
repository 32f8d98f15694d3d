from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from core.stats import estimate_proportion
from evals.compare.draws import Draws, draw_differences, draw_values
from evals.compare.statistic import Observed, Percentile, Ratio, observe
from evals.metrics.catalogue import METRICS
from tests.unit.evals.runs import binary, case_named, result

RECALL = METRICS["refusal recall"]


def observed(a: Sequence[float], b: Sequence[float]) -> Observed:
    pairs = [
        (result(case_named(f"{n}"), {RECALL.name: one}), result(case_named(f"{n}"), {RECALL.name: other}))
        for n, (one, other) in enumerate(zip(a, b, strict=True))
    ]
    found = observe(RECALL, pairs)
    assert found is not None
    return found


def drawn(a: Sequence[float], b: Sequence[float]) -> Draws:
    return draw_differences([observed(a, b)], len(a))[0]


@pytest.mark.parametrize(("wrong", "cases"), [(0, 69), (1, 30), (5, 69), (20, 40)])
def test_the_interval_of_a_proportion_is_that_of_clopper_and_pearson(wrong: int, cases: int) -> None:
    values = np.array(binary(cases, range(wrong)))
    found = draw_values([Ratio(values, np.ones(cases), 1.0, 1.0)], cases)[0]
    exact = estimate_proportion(cases - wrong, cases)
    assert found.low_bound(0.025) == pytest.approx(exact.low, abs=0.006)
    assert found.high_bound(0.025) == pytest.approx(exact.high, abs=0.006)


@pytest.mark.parametrize(("lost", "won"), [(1, 0), (6, 0), (7, 1), (9, 4)])
def test_the_p_value_of_a_paired_difference_is_that_of_mcnemars_exact_test(lost: int, won: int) -> None:
    n = 60
    found = drawn(binary(n, range(lost, lost + won)), binary(n, range(lost)))
    discordant = lost + won
    tail = sum(math.comb(discordant, k) for k in range(won + 1)) / 2**discordant
    assert found.p_zero() == pytest.approx(min(1.0, 2 * tail), abs=0.02)


def test_the_bounds_of_a_percentile_are_order_statistics() -> None:
    values = np.arange(1.0, 101.0)
    found = draw_values([Percentile(values, 95)], 100)[0]
    # P(Bin(100, 0.95) <= 98) is 0.963, and P(Bin(100, 0.95) <= 97) is 0.882; P(Bin(100, 0.95) <= 91) is 0.063.
    assert found.high_bound(0.05) == 99.0
    assert found.low_bound(0.05) == 91.0


@pytest.mark.parametrize(("cases", "is_bounded"), [(58, False), (59, True)])
def test_a_95th_percentile_has_an_upper_bound_from_59_cases_on(cases: int, is_bounded: bool) -> None:
    found = draw_values([Percentile(np.arange(1.0, cases + 1), 95)], cases)[0]
    assert math.isfinite(found.high_bound(0.05)) == is_bounded


def test_a_metric_that_never_varies_is_no_certainty() -> None:
    found = drawn(binary(50), binary(50))
    assert found.p_zero() == 1.0
    # The rule of three: no loss in 50 cases is less than 1 - 0.05 ** (1 / 50) = 5.8% with a confidence of 95%.
    assert found.low_bound(0.05) == pytest.approx(-0.058, abs=0.003)
    assert found.high_bound(0.05) == pytest.approx(0.058, abs=0.003)


def test_a_bound_and_its_p_value_decide_alike() -> None:
    found = drawn(binary(80, (1, 2)), binary(80, (3, 4, 5)))
    for level in (0.01, 0.025, 0.05):
        assert found.p_at_most(math.nextafter(found.low_bound(level), -1)) <= level
        assert found.p_at_most(found.low_bound(level)) > level
        assert found.p_at_least(found.high_bound(level)) > level


def test_failed_requests_are_percentiles_without_an_end() -> None:
    durations = np.array([100.0] * 90 + [np.inf] * 10)
    one = Percentile(durations, 95)
    assert one.value == math.inf
    both = Observed(METRICS["answer p95, ms"], one, one, durations, durations, 0.0)
    found = draw_differences([both], 100)[0]
    assert (found.low_bound(0.05), found.high_bound(0.05)) == (-math.inf, math.inf)
    assert found.deviation() == math.inf


def test_a_pooled_ratio_weighs_cases_by_their_denominators() -> None:
    pairs = [
        (result(case_named("one"), {"citation precision": (1, 1)}), result(case_named("one"), {})),
        (
            result(case_named("two"), {"citation precision": (1, 3)}),
            result(case_named("two"), {"citation precision": (2, 2)}),
        ),
    ]
    found = observe(METRICS["citation precision"], pairs)
    assert found is not None
    assert (found.a.value, found.b.value, found.cases) == (0.5, 1.0, 2)


def test_a_metric_that_applies_to_no_case_of_a_run_is_not_compared() -> None:
    pairs = [(result(case_named("one"), {"refusal recall": 1}), result(case_named("one"), {}))]
    assert observe(RECALL, pairs) is None
    assert observe(METRICS["answer p50, ms"], [(pairs[0][0], result(case_named("one"), {}, failure="no"))]) is not None
