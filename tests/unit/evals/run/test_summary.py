from __future__ import annotations

import pytest

from evals.metrics.catalogue import GROUPS
from evals.metrics.measure import measure
from evals.run.summary import summarise
from tests.unit.evals.responses import LEAVE, PAY, case_of, gold_passage, passage, response_to, result_of

RESULTS = [
    result_of(case_of(LEAVE), hits=[gold_passage(LEAVE)], cited=[gold_passage(LEAVE)], answer_ms=100),
    result_of(
        case_of(PAY, tags=["paraphrase"]), cited=[passage("x.md"), passage("y.md"), passage("z.md")], answer_ms=300
    ),
    result_of(case_of(LEAVE, kind="follow_up"), refused=True, answer_ms=200),
    result_of(case_of(), refused=True, answer_ms=50),
    result_of(case_of(), severities=["hard"], answer_ms=50),
]


def test_every_metric_to_which_a_question_contributes_is_reported() -> None:
    reported = {name for names in GROUPS.values() for name in names}
    for case in (case_of(LEAVE), case_of()):
        for refused in (True, False):
            assert set(measure(response_to(case, refused=refused, cited=[passage("x.md")]))) <= reported


def test_means_are_over_the_questions_to_which_they_apply() -> None:
    figures = summarise(RESULTS)["all"]
    assert figures["recall@1"].value == pytest.approx(1 / 3)
    assert figures["recall@1"].n == 3
    assert figures["refusal recall"].value == 0.5
    assert figures["answers with a hard flag"].value == pytest.approx(1 / 3)


def test_precision_is_pooled_over_the_cited_passages_not_averaged_over_answers() -> None:
    assert summarise(RESULTS)["all"]["citation precision"].value == 0.25


def test_refusal_precision_is_the_share_of_correct_refusals() -> None:
    assert summarise(RESULTS)["all"]["refusal precision"].value == 0.5


def test_latency_is_given_as_percentiles() -> None:
    figures = summarise(RESULTS)["all"]
    assert figures["answer p50, ms"].value == 100
    assert figures["search p50, ms"].value == 10
    assert figures["answer p95, ms"].value == pytest.approx(280)


def test_kinds_and_paraphrases_are_reported_separately() -> None:
    summary = summarise(RESULTS)
    assert {name: figures["degraded answers"].n for name, figures in summary.items()} == {
        "all": 5,
        "answerable": 2,
        "follow_up": 1,
        "paraphrase": 1,
        "unanswerable": 2,
    }
    assert summary["paraphrase"]["recall@10"].value == 0.0


def test_refusal_precision_is_given_for_all_questions_only() -> None:
    summary = summarise(RESULTS)
    assert [name for name, figures in summary.items() if "refusal precision" in figures] == ["all"]


def test_a_kind_without_questions_and_a_metric_without_contributions_are_left_out() -> None:
    summary = summarise(RESULTS[:1])
    assert set(summary) == {"all", "answerable"}
    assert "refusal recall" not in summary["all"]
