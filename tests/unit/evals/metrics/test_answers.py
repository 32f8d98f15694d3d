from __future__ import annotations

from evals.metrics.answers import contains_gold, measure_answer
from evals.metrics.contribution import Contribution
from tests.unit.evals.responses import LEAVE, PAY, case_of, response_to


def test_the_gold_quote_is_found_between_markers_and_pipes() -> None:
    assert contains_gold("As we say: Everybody [1] has\n25 days [1, 2].", [LEAVE, PAY])
    assert not contains_gold("Everybody has 26 days. [1]", [LEAVE, PAY])


def test_a_degraded_answer_is_counted() -> None:
    assert measure_answer(response_to(case_of(LEAVE), degraded=True))["degraded answers"] == Contribution(1.0)
