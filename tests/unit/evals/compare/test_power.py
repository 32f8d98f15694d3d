from __future__ import annotations

import math

import pytest

from evals.compare.power import cases_for_percentile, cases_needed, detectable


def test_cases_needed_are_those_of_the_normal_approximation_where_one_case_can_do_nothing() -> None:
    # (1.96 + 0.84)² · 0.3² / 0.1² = 70.6
    assert cases_needed(-0.1, 0.3, 0.0, 0.025) == 71


def test_a_metric_that_has_not_varied_needs_cases_all_the_same() -> None:
    # The rule of three asks for 59 without a single loss; 80% power for more.
    needed = cases_needed(0.05, 0.0, 1.0, 0.05)
    assert needed == math.ceil((1.6449 + 0.8416 + 1) / 0.05)


@pytest.mark.parametrize("gap", [0.0, math.nan, math.inf, 1e-5])
def test_a_difference_at_the_limit_is_decided_by_no_number_of_cases(gap: float) -> None:
    assert cases_needed(gap, 0.3, 1.0, 0.05) is None


def test_the_detectable_difference_is_the_one_that_needs_so_many_cases() -> None:
    found = detectable(200, 0.4, 1.0, 0.025)
    assert cases_needed(found, 0.4, 1.0, 0.025) in (200, 201)


def test_a_percentile_needs_cases_beyond_it() -> None:
    assert cases_for_percentile(95, 0.05) == 59
    assert cases_for_percentile(95, 0.025) == 72
    assert cases_for_percentile(50, 0.025) == 6
