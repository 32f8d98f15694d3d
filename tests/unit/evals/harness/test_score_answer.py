from __future__ import annotations

from typing import Any

from evals.harness.score_answer import HIGHER_IS_BETTER, score_answer

ROW: dict[str, Any] = {
    "answerable": True,
    "gold": [{"document_id": "leave.md", "quote": "25 days of leave"}],
    "required": [["25", "twenty-five"], ["leave"]],
    "refusal": "I could not find this.",
}


def test_an_answer_is_scored_by_quote_tokens_and_citation() -> None:
    assert score_answer(ROW, "You have 25 days of leave [1].") == {
        "gold_quote": 1.0,
        "required_tokens": 1.0,
        "wrong_refusal": 0.0,
        "cites": 1.0,
    }


def test_a_part_of_the_required_tokens_counts_for_its_share() -> None:
    scores = score_answer({**ROW, "gold": ROW["gold"]}, "Twenty-five of them.")
    assert (scores["required_tokens"], scores["gold_quote"], scores["cites"]) == (0.5, 0.0, 0.0)


def test_a_refusal_is_not_asked_for_a_citation() -> None:
    scores = score_answer({**ROW, "required": []}, "I could not find this.")
    assert scores == {"gold_quote": 0.0, "wrong_refusal": 1.0}


def test_of_an_unanswerable_question_the_refusal_alone_is_scored() -> None:
    row = {**ROW, "answerable": False, "gold": [], "required": []}
    assert score_answer(row, "I could not find this.") == {"refusal": 1.0}
    assert score_answer(row, "On Mondays [1].") == {"refusal": 0.0}


def test_every_metric_is_declared_to_lm_eval() -> None:
    scored = {*score_answer(ROW, "Yes."), *score_answer({**ROW, "answerable": False}, "Yes.")}
    assert scored == set(HIGHER_IS_BETTER)
