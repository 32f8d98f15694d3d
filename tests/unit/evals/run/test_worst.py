"""A failed request contributes the worst value to every metric that could apply to its case."""

from __future__ import annotations

import pytest

from evals.cases.case import Case, LabelledAnswer
from evals.metrics.contribution import Contribution
from evals.metrics.measure import measure
from evals.run.case_result import failed_result
from evals.run.worst import worst_contributions
from tests.unit.evals.responses import LEAVE, case_of, gold_passage, response_to


def test_a_failure_on_an_answerable_question_is_a_wrong_refusal_and_a_flagged_answer_at_once() -> None:
    worst = worst_contributions(case_of(LEAVE), "generated")

    for higher in ("recall@1", "nDCG@10", "citation precision", "citation recall", "answers with a gold quote"):
        assert worst[higher] == Contribution(0.0), higher
    for lower in ("answerable but refused", "degraded answers", "answers with a hard flag", "hard flags per answer"):
        assert worst[lower] == Contribution(1.0), lower
    assert worst["refusal precision"] == Contribution(0.0)


def test_a_failure_on_an_unanswerable_question_is_no_refusal() -> None:
    worst = worst_contributions(case_of(), "generated")

    assert worst["refusal recall"] == Contribution(0.0)
    assert "refusal precision" not in worst
    assert "recall@1" not in worst


def test_extractive_answers_are_not_checked_and_a_failed_one_has_no_flags() -> None:
    assert "answers with a hard flag" not in worst_contributions(case_of(LEAVE), "extractive")


@pytest.mark.parametrize("case", [case_of(LEAVE), case_of(LEAVE, kind="follow_up"), case_of()])
def test_a_failure_contributes_to_every_metric_to_which_an_answer_does(case: Case) -> None:
    answered = measure(response_to(case, hits=[gold_passage(LEAVE)], cited=[gold_passage(LEAVE)]))

    assert set(answered) <= set(worst_contributions(case, "generated"))


def test_labelled_answers_that_were_not_checked_count_as_not_found() -> None:
    labelled = [LabelledAnswer("It takes nine days.", ("nine",)), LabelledAnswer("It takes a week.", ())]
    worst = worst_contributions(case_of(LEAVE, labelled=labelled), "generated")

    assert worst["unsupported parts found"] == Contribution(0.0, 1)
    assert worst["supported answers with a hard flag"] == Contribution(1.0, 1)


def test_a_failure_has_no_duration_no_speed_and_no_cost() -> None:
    failed = failed_result(case_of(LEAVE), "It did not answer.", "generated")

    assert failed.durations == {}
    assert failed.contributions["failed requests"] == Contribution(1.0)
    assert not {"tokens per second", "cost per 1,000 answers"} & set(failed.contributions)
