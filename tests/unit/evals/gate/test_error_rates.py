"""The stated error rates hold, for true differences that are known (`python -m benchmarks.gate` prints many more)."""

from __future__ import annotations

import pytest

from evals.compare.power import cases_needed
from testing.gate import Change, Decisions, decisions

ALPHA = 0.05
LEVELS = (ALPHA, ALPHA / 3)
"""Of a gate with three requirements."""
MARGIN = 0.1
AT_THE_MARGIN = [Change.of(base, MARGIN, nested=False) for base in (0.98, 0.9)]
EQUAL = Change.of(0.96, 0.0, nested=False)
BROKEN = Change.of(0.9, 0.4, nested=True)


@pytest.fixture(scope="module")
def fifty() -> Decisions:
    """Fifty cases, of which both runs win and lose some."""
    return decisions(50, MARGIN, LEVELS, [*AT_THE_MARGIN, EQUAL])


@pytest.mark.parametrize(("n", "margin"), [(50, 0.1), (100, 0.05), (200, 0.05), (500, 0.05)])
def test_a_candidate_that_is_worse_by_exactly_the_margin_ships_no_more_often_than_stated(n: int, margin: float) -> None:
    worse = Change(lost=margin, won=0.0)
    rate = decisions(n, margin, LEVELS, [worse]).rate("met", worse)
    assert rate <= ALPHA
    # An exact test of few cases is conservative. One that never ships would be of no use.
    assert rate >= ALPHA / 4


@pytest.mark.parametrize("change", AT_THE_MARGIN)
def test_it_holds_where_the_candidate_wins_cases_as_well(fifty: Decisions, change: Change) -> None:
    assert ALPHA / 4 <= fifty.rate("met", change) <= ALPHA


def test_a_candidate_at_the_margin_is_not_called_worse_than_allowed(fifty: Decisions) -> None:
    assert all(fifty.rate("missed", change) <= LEVELS[1] for change in AT_THE_MARGIN)


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_three_metrics_at_their_margins_ship_less_often_than_one(fifty: Decisions, correlation: float) -> None:
    ships, _, _ = fifty.simulate([AT_THE_MARGIN[1]] * 3, correlation, 1000, seed=1)
    assert ships <= ALPHA


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_one_metric_at_its_margin_among_equal_ones_keeps_a_candidate_from_shipping(
    fifty: Decisions, correlation: float
) -> None:
    ships, does_not, _ = fifty.simulate([AT_THE_MARGIN[1], EQUAL, EQUAL], correlation, 1000, seed=2)
    assert ships <= ALPHA
    assert does_not <= ALPHA


def test_an_equal_candidate_ships_more_often_with_more_cases() -> None:
    equal = Change(lost=0.01, won=0.01)
    rates = [decisions(n, 0.05, LEVELS, [equal]).rate("met", equal) for n in (70, 140)]
    assert rates[0] > 0.4
    assert rates[1] > 0.85


def test_a_broken_candidate_does_not_ship_and_is_rarely_left_undecided() -> None:
    found = decisions(100, 0.05, LEVELS, [BROKEN])
    assert found.rate("met", BROKEN) < 1e-9
    assert found.rate("missed", BROKEN) > 0.99


def test_the_planned_number_of_cases_decides_in_about_four_of_five_evaluations() -> None:
    equal = Change(lost=0.04, won=0.04)
    needed = cases_needed(MARGIN, (equal.lost + equal.won) ** 0.5, 1.0, ALPHA)
    assert needed is not None
    assert decisions(needed, MARGIN, LEVELS, [equal]).rate("met", equal) == pytest.approx(0.8, abs=0.05)
