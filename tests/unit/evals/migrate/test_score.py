from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from evals.migrate.score import DEFAULT_METRICS, check_metrics, score
from evals.run.case_result import CaseResult
from tests.unit.evals.migrate.answers import answered, cases_of
from tests.unit.evals.responses import LEAVE, case_of, gold_passage, result_of

CASE = cases_of(1, "dev")[0]


def test_a_right_answer_scores_one_and_a_wrong_one_only_what_is_not_flagged() -> None:
    assert score(answered(CASE, right=True), DEFAULT_METRICS) == 1.0
    assert score(answered(CASE, right=False), DEFAULT_METRICS) == pytest.approx(1 / 3)
    assert score(answered(CASE, right=False), DEFAULT_METRICS[:3]) == 0.0


def test_a_hard_flag_costs_its_share() -> None:
    flagged = result_of(CASE, content="25 days", cited=[gold_passage(LEAVE)], severities=["hard"])
    assert score(flagged, ("answers with a hard flag",)) == 0.0


def test_an_answer_that_the_model_did_not_write_scores_nothing() -> None:
    assert score(result_of(CASE, content=LEAVE.quote, degraded=True), DEFAULT_METRICS) == 0.0
    assert score(CaseResult(CASE, None, {}, failure="503"), DEFAULT_METRICS) == 0.0


def test_refusals_are_right_for_unanswerable_questions_alone() -> None:
    assert score(result_of(case_of(), refused=True), DEFAULT_METRICS) == 1.0
    assert score(result_of(case_of(), refused=False), DEFAULT_METRICS) == 0.0
    assert score(result_of(CASE, refused=True), DEFAULT_METRICS) == 0.0


@pytest.mark.parametrize("name", ["correctness", "answer p50, ms"])
def test_an_unknown_metric_and_one_of_durations_are_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"no metric '{name}' of single answers"):
        check_metrics([name])
