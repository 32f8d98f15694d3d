from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from evals.migrate.plan import Round, plan_rounds, requests_of


def test_half_of_the_candidates_are_asked_twice_the_cases_and_the_last_all() -> None:
    assert plan_rounds(8, 40) == (Round(8, 10), Round(4, 20), Round(2, 40))


def test_cases_that_were_asked_before_and_the_present_prompt_are_counted_once() -> None:
    assert requests_of(plan_rounds(8, 40)) == 9 * 10 + 5 * 10 + 3 * 20


def test_one_candidate_is_asked_all_cases_at_once() -> None:
    assert plan_rounds(1, 30) == (Round(1, 30),)


def test_a_limit_of_requests_means_fewer_cases() -> None:
    rounds = plan_rounds(8, 40, 100)
    assert requests_of(rounds) <= 100
    assert rounds[-1].cases < 40


def test_a_limit_that_does_not_suffice_names_what_is_needed() -> None:
    with pytest.raises(ConfigurationError, match="20 requests are left for the dev cases, and 8 candidates need 36"):
        plan_rounds(8, 40, 20)


def test_fewer_dev_cases_than_a_first_round_has_are_asked_in_it() -> None:
    assert plan_rounds(4, 3) == (Round(4, 3), Round(2, 3))
