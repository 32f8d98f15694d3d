from __future__ import annotations

from typing import Any

import pytest

from evals.metrics.degenerate import measure_degeneration
from evals.metrics.refusals import measure_refusal
from tests.unit.evals.responses import LEAVE, case_of, gold_passage, response_to

LOOP = "You can ask the People team for more days of leave in the portal. " * 6


def measured(content: str = "25 days. [1]", **returned: Any) -> dict[str, float]:
    given: dict[str, Any] = {"mode": "generated", "cited": [gold_passage(LEAVE)], **returned}
    response = response_to(case_of(LEAVE), content=content, **given)
    return {name: one.numerator for name, one in measure_degeneration(response).items()}


def test_a_sound_answer_has_no_fault() -> None:
    assert measured() == {"loops": 0.0, "cut-off answers": 0.0, "answers without a citation": 0.0}


def test_a_loop_in_the_text_is_found_and_so_is_one_that_the_service_has_ended() -> None:
    assert measured(LOOP)["loops"] == 1.0
    assert measured(degraded_reason="looping")["loops"] == 1.0


def test_an_answer_that_reached_the_limit_is_cut_off() -> None:
    assert measured(finish_reason="length")["cut-off answers"] == 1.0
    assert measured(degraded_reason="cut")["cut-off answers"] == 1.0


def test_an_answer_that_cites_nothing_is_counted() -> None:
    assert measured(cited=[])["answers without a citation"] == 1.0


@pytest.mark.parametrize(
    ("reason", "loops", "cut_off"), [("looping", 1.0, 0.0), ("cut", 0.0, 1.0), ("echo", 0.0, 0.0), ("empty", 0.0, 0.0)]
)
def test_an_answer_that_was_replaced_counts_as_what_the_model_wrote(reason: str, loops: float, cut_off: float) -> None:
    replaced = measured(mode="extractive", degraded_reason=reason, cited=[])
    assert replaced == {"loops": loops, "cut-off answers": cut_off}


def test_a_loop_in_whose_place_a_refusal_is_shown_is_counted() -> None:
    replaced = measured(mode="extractive", degraded_reason="looping", refused=True)
    assert replaced == {"loops": 1.0, "cut-off answers": 0.0}
    assert measured(mode="extractive", degraded_reason="unreachable", refused=True) == {}


@pytest.mark.parametrize(
    "returned",
    [{"mode": "extractive"}, {"mode": "extractive", "degraded_reason": "unreachable"}],
)
def test_extractive_answers_have_no_fault_and_count_all_the_same(returned: dict[str, Any]) -> None:
    assert measured(**returned) == {"loops": 0.0, "cut-off answers": 0.0, "answers without a citation": 0.0}


@pytest.mark.parametrize("returned", [{"refused": True}, {"kind": "clarification", "mode": "extractive"}])
def test_what_is_no_answer_is_not_measured(returned: dict[str, Any]) -> None:
    assert measured(**returned) == {}


def test_a_refusal_by_a_model_is_measured_as_a_refusal_alone() -> None:
    refusal = response_to(case_of(LEAVE), mode="generated", refused=True)
    assert not set(measure_degeneration(refusal)) & set(measure_refusal(refusal))
