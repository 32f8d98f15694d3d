"""What answers cost, from the price of a machine or of tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.errors import ConfigurationError
from evals.metrics.contribution import Contribution
from evals.response import CaseResponse
from evals.run.case_result import evaluate_response
from evals.run.price import Price, cost_of_1000
from tests.unit.evals.responses import LEAVE, case_of, response_to


def answered(answer_ms: float = 6000.0, tokens: int = 100, **timings_ms: float) -> CaseResponse:
    """Return an answer for which a model read 2,000 tokens and wrote some."""
    response = response_to(case_of(LEAVE), mode="generated", answer_ms=answer_ms)
    groundwork = {**response.completion["groundwork"], "timings_ms": timings_ms}
    usage: dict[str, Any] = {"prompt_tokens": 2000, "completion_tokens": tokens}
    return replace(response, completion={**response.completion, "groundwork": groundwork, "usage": usage})


def test_a_machine_at_3_an_hour_that_answers_600_an_hour_costs_5_for_1000_answers() -> None:
    assert cost_of_1000(answered(6000), Price(per_hour=3.0), 1) == pytest.approx(5.0)


def test_four_questions_at_a_time_cost_a_quarter() -> None:
    assert cost_of_1000(answered(6000), Price(per_hour=3.0), 4) == pytest.approx(1.25)


def test_tokens_of_prompts_and_of_answers_have_their_own_prices() -> None:
    assert cost_of_1000(answered(), Price(per_million_tokens=(0.5, 2.0)), 1) == pytest.approx(1.0 + 0.2)


def test_without_a_price_there_is_no_cost() -> None:
    assert cost_of_1000(answered(), Price(), 1) is None
    assert "cost per 1,000 answers" not in evaluate_response(answered()).contributions


def test_the_speed_is_that_of_the_stages_in_which_the_model_writes() -> None:
    contributions = evaluate_response(answered(retrieve=50, rewrite=1000, generate=4000, ground=70)).contributions

    assert contributions["tokens per second"] == Contribution(100, 5.0)


def test_an_answer_for_which_no_model_wrote_has_no_speed() -> None:
    assert "tokens per second" not in evaluate_response(answered(tokens=0, generate=3)).contributions


@pytest.mark.parametrize("value", [Price(), Price(per_hour=2.5), Price(per_million_tokens=(0.1, 0.4))])
def test_a_price_is_read_as_it_was_written(value: Price) -> None:
    assert Price.from_dict(value.to_dict()) == value


@pytest.mark.parametrize("price", [(-1.0, None), (float("nan"), None), (None, (1.0, -2.0))])
def test_a_price_below_zero_is_refused(price: tuple[float | None, tuple[float, float] | None]) -> None:
    with pytest.raises(ConfigurationError, match="must be a number from 0"):
        Price(*price)


def test_two_prices_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="Give one of them"):
        Price(1.0, (1.0, 1.0))
