from __future__ import annotations

from evals.metrics.contribution import Contribution
from evals.metrics.measure import measure
from tests.unit.evals.responses import LEAVE, case_of, response_to


def test_a_refused_unanswerable_question_is_correct_for_precision_and_recall() -> None:
    contributions = measure(response_to(case_of(), refused=True))
    assert contributions["refusal precision"] == Contribution(1.0)
    assert contributions["refusal recall"] == Contribution(1.0)
    assert "answerable but refused" not in contributions


def test_an_answered_unanswerable_question_lowers_recall_alone() -> None:
    contributions = measure(response_to(case_of()))
    assert contributions["refusal recall"] == Contribution(0.0)
    assert "refusal precision" not in contributions


def test_a_refused_underspecified_question_lowers_precision_alone() -> None:
    refused = measure(response_to(case_of(kind="underspecified"), refused=True))
    assert refused["refusal precision"] == Contribution(0.0)
    assert not {"refusal recall", "answerable but refused"} & set(refused)


def test_a_refused_answerable_question_lowers_precision_and_the_metrics_of_answers() -> None:
    contributions = measure(response_to(case_of(LEAVE), refused=True, content="I could not find this."))
    assert contributions["refusal precision"] == Contribution(0.0)
    assert contributions["answerable but refused"] == Contribution(1.0)
    assert contributions["answers with a gold quote"] == Contribution(0.0)
    assert contributions["citation recall"] == Contribution(0.0)
    assert "refusal recall" not in contributions
