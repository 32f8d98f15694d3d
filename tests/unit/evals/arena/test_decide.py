"""A model wins a match only in both orders, and nobody is asked where the result is known."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import ConfigurationError
from evals.arena.decide import Decision, decide_by_judge, decide_by_metric, find_metric
from evals.arena.matches import Match
from evals.judge.verdict import Preferred
from evals.run.case_result import CaseResult
from testing.judges import RuleJudge
from tests.unit.evals.judge.runs import answered, failed, unanswerable

RIGHT, WRONG = answered("q", "It is right."), answered("q", "It is not.")


def match(a: CaseResult = RIGHT, b: CaseResult = WRONG) -> Match:
    return Match("one", "two", a, b)


def judged(of: Match, judge: RuleJudge) -> Decision:
    return asyncio.run(decide_by_judge(of, judge))


def test_the_better_answer_wins_in_whatever_order_the_models_are() -> None:
    assert judged(match(), RuleJudge()).outcome == "a"
    assert judged(match(WRONG, RIGHT), RuleJudge()).outcome == "b"
    assert judged(match(), RuleJudge()).replies == ("first", "second")


@pytest.mark.parametrize("place", ["first", "second"])
def test_a_judge_that_prefers_a_place_gives_a_tie_that_is_counted_as_inconsistent(place: Preferred) -> None:
    decision = judged(match(), RuleJudge(place=place))
    assert (decision.outcome, decision.inconsistent) == ("tie", True)


def test_a_model_whose_answer_was_replaced_by_an_extractive_one_has_lost() -> None:
    replaced = answered("q", "It is right.", mode="extractive", degraded_reason="looping")
    assert judged(match(replaced, WRONG), RuleJudge()).outcome == "b"
    metric = find_metric("citation recall")
    assert decide_by_metric(match(RIGHT, replaced), metric).outcome == "a"
    assert decide_by_metric(match(replaced, replaced), metric).outcome == "tie"


def test_two_ties_are_consistent() -> None:
    decision = judged(match(), RuleJudge(place="tie"))
    assert (decision.outcome, decision.inconsistent) == ("tie", False)


def test_a_judge_that_fails_decides_nothing() -> None:
    decision = judged(match(), RuleJudge(lambda answer: None if "right" in answer else False))
    assert (decision.outcome, decision.reason, decision.replies) == (None, "the judge failed", ())


def test_nobody_is_asked_about_equal_answers_and_failed_requests() -> None:
    judge = RuleJudge()
    same = answered("q", "It is right [2].")
    assert judged(match(answered("q", "It is right [1]."), same), judge).outcome == "tie"
    assert judged(match(failed("q"), WRONG), judge).outcome == "b"
    assert judged(match(WRONG, failed("q")), judge).outcome == "a"
    assert judged(match(failed("q"), failed("q")), judge).outcome == "tie"
    assert judge.asked == []


def test_a_judge_is_shown_answers_without_markers() -> None:
    judge = RuleJudge()
    judged(match(answered("q", "It is right [1]."), WRONG), judge)
    assert judge.asked[:2] == ["It is right.", "It is not."]


def test_a_metric_decides_by_its_better_value() -> None:
    gold, other = answered("q", "Everybody has 25 days."), answered("q", "Nobody knows.")
    by_quote = find_metric("answers with a gold quote")
    assert decide_by_metric(match(gold, other), by_quote).outcome == "a"
    assert decide_by_metric(match(other, gold), by_quote).outcome == "b"
    assert decide_by_metric(match(gold, gold), by_quote).outcome == "tie"

    refused = answered("q", "Not found.", refused=True)
    assert decide_by_metric(match(gold, refused), find_metric("answerable but refused")).outcome == "a"


def test_a_percentile_over_questions_decides_no_single_match() -> None:
    with pytest.raises(ConfigurationError, match=r"'answer p95, ms' is a percentile over all questions.*eval compare"):
        find_metric("answer p95, ms")


def test_a_metric_that_does_not_apply_decides_nothing() -> None:
    asked = unanswerable("q", "x")
    assert decide_by_metric(match(asked, asked), find_metric("recall@5")).outcome is None


def test_an_unknown_metric_is_refused_with_all_names() -> None:
    with pytest.raises(ConfigurationError, match=r"no metric 'accuracy'.*recall@5"):
        find_metric("accuracy")
