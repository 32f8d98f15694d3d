from __future__ import annotations

from typing import Any

from evals.external.measure import ExternalAnswer, measure_answer, measure_retrieval, ranked_passages
from evals.external.question_set import ExternalQuestion
from evals.metrics.contribution import Contribution

ANSWERABLE = ExternalQuestion("q", "What do bees make?", {"d1": 1}, True, ("honey",))
UNANSWERABLE = ExternalQuestion("q", "What do moths make?", {}, False)
REFUSAL = ExternalAnswer("I could not find this.", refused=True, degraded=False)


def hit(index: int, document: str) -> dict[str, Any]:
    return {"index": index, "document_id": document}


def test_each_passage_is_ranked_once_and_its_copies_behind_it() -> None:
    search = {"hits": [hit(1, "a"), hit(2, "b"), hit(3, "a")], "copies": [hit(1, "a2")]}
    assert ranked_passages(search, "q") == ("a", "a2", "b")


def test_a_passage_with_the_id_of_the_question_does_not_count() -> None:
    assert ranked_passages({"hits": [hit(1, "q"), hit(2, "a")], "copies": []}, "q") == ("a",)


def test_retrieval_is_measured_at_the_depths_of_the_published_tables() -> None:
    assert set(measure_retrieval(("d1",), ANSWERABLE, "beir")) == {"nDCG@10", "MRR@10", "recall@10", "recall@100"}
    assert measure_retrieval(("x", "d1"), ANSWERABLE, "mtrag")["recall@1"] == Contribution(0.0)
    assert measure_retrieval(("d1",), UNANSWERABLE, "squad") == {}


def test_a_refusal_is_the_answer_that_there_is_none() -> None:
    measured = measure_answer(REFUSAL, UNANSWERABLE, "squad")
    assert measured["exact match"] == measured["F1, no answer"] == Contribution(1.0)
    assert measured["refusal recall"] == measured["refusal precision"] == Contribution(1.0)


def test_a_refused_question_that_has_an_answer_scores_nothing() -> None:
    measured = measure_answer(REFUSAL, ANSWERABLE, "squad")
    assert measured["F1"] == measured["F1, answerable"] == Contribution(0.0)
    assert measured["answerable but refused"] == Contribution(1.0)
    assert measured["refusal precision"] == Contribution(0.0)


def test_citation_markers_are_no_part_of_the_answer() -> None:
    answer = ExternalAnswer("Honey [1].", refused=False, degraded=True)
    measured = measure_answer(answer, ANSWERABLE, "squad")
    assert measured["exact match"] == Contribution(1.0)
    assert measured["degraded answers"] == Contribution(1.0)


def test_answers_of_people_are_compared_for_answerable_questions_only() -> None:
    answer = ExternalAnswer("Honey.", refused=False, degraded=False)
    assert measure_answer(answer, ANSWERABLE, "mtrag")["F1 with a person's answer"] == Contribution(1.0)
    unknown = ExternalQuestion("q", "Thanks!", {}, None, ("You are welcome.",))
    assert measure_answer(answer, unknown, "mtrag") == {"degraded answers": Contribution(0.0)}
