"""The judgement of a case: what is asked of a judge, what is not, and what it adds to each metric."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from evals.cases.case import LabelledAnswer
from evals.judge.judgement import Judgement, judge_answer, judge_contributions
from evals.judge.verdict import Verdict
from evals.metrics.contribution import Contribution
from evals.run.case_result import CaseResult
from testing.judges import RuleJudge
from tests.unit.evals.judge.runs import answered, failed, unanswerable


def judged(result: CaseResult, judge: RuleJudge | None = None) -> Judgement:
    return asyncio.run(judge_answer(judge or RuleJudge(), result.case, result.response))


def test_an_answer_is_judged_correct_and_faithful() -> None:
    judgement = judged(answered("a", "It is right."))

    assert (judgement.correct.holds, judgement.faithful and judgement.faithful.holds) == (True, True)
    assert judge_contributions(judgement) == {
        "correct (judge)": Contribution(1.0),
        "faithful (judge)": Contribution(1.0),
        "not judged (judge)": Contribution(0.0),
    }


def test_a_refusal_is_not_put_to_the_judge() -> None:
    judge = RuleJudge()
    wrong = judged(answered("a", "Not found.", refused=True), judge)
    right = judged(unanswerable("b", "Not found.", refused=True), judge)

    assert (wrong.correct.holds, wrong.faithful) == (False, None)
    assert (right.correct.holds, right.faithful) == (True, None)
    assert judge.asked == []


def test_a_question_back_is_correct_where_the_question_is_underspecified() -> None:
    judge = RuleJudge()
    asked_back = answered("a", "Which one do you mean?", kind="clarification")
    vague = replace(asked_back, case=replace(asked_back.case, kind="underspecified", gold=()))
    assert asked_back.response is not None
    vague = replace(vague, response=replace(asked_back.response, case=vague.case))

    assert (judged(asked_back, judge).correct.holds, judged(asked_back, judge).faithful) == (False, None)
    assert (judged(vague, judge).correct.holds, judged(vague, judge).faithful) == (True, None)
    assert judge.asked == []


def test_a_failed_request_is_neither_correct_nor_faithful() -> None:
    contributions = judge_contributions(judged(failed("a")))
    assert contributions["correct (judge)"] == contributions["faithful (judge)"] == Contribution(0.0)


def test_a_judge_that_fails_gives_no_verdict_and_never_a_good_one() -> None:
    judgement = judged(answered("a", "It is right."), RuleJudge(lambda _: None))

    assert judgement.correct.holds is None
    assert judge_contributions(judgement) == {"not judged (judge)": Contribution(1.0)}


def test_labelled_answers_are_judged_as_well() -> None:
    labelled = [LabelledAnswer("It is right.", ()), LabelledAnswer("It is wrong.", ("wrong",))]
    judgement = judged(answered("a", "It is right.", labelled=labelled))
    assert [verdict.holds for verdict in judgement.labelled] == [True, False]


def test_a_judgement_is_read_as_it_was_written() -> None:
    for judgement in (
        judged(answered("a", "It is right.", labelled=[LabelledAnswer("x", ())])),
        judged(answered("a", "Not found.", refused=True)),
        Judgement("a", Verdict(None, "cut off"), None),
    ):
        assert Judgement.from_dict(judgement.to_dict()) == judgement
