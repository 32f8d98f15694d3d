from __future__ import annotations

from evals.metrics.clarifications import measure_clarification
from evals.metrics.contribution import Contribution
from tests.unit.evals.responses import LEAVE, case_of, response_to

UNDERSPECIFIED = case_of(kind="underspecified")


def test_a_question_back_is_right_for_an_underspecified_question() -> None:
    asked_back = measure_clarification(response_to(UNDERSPECIFIED, kind="clarification"))
    assert asked_back == {"clarification precision": Contribution(1.0), "clarification recall": Contribution(1.0)}


def test_an_answer_to_an_underspecified_question_lowers_recall_alone() -> None:
    assert measure_clarification(response_to(UNDERSPECIFIED)) == {"clarification recall": Contribution(0.0)}


def test_a_question_back_to_any_other_question_lowers_precision_alone() -> None:
    for case in (case_of(LEAVE), case_of()):
        asked_back = measure_clarification(response_to(case, kind="clarification"))
        assert asked_back == {"clarification precision": Contribution(0.0)}
        assert measure_clarification(response_to(case)) == {}
