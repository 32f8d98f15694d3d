from __future__ import annotations

import math

import pytest

from evals.metrics.measure import (
    Contribution,
    citation_precision,
    contains_gold,
    document_recall,
    measure,
    ndcg,
    recall,
)
from tests.unit.evals.responses import LEAVE, PAY, case_of, gold_passage, passage, response_to

OTHER = passage("other.md")


def test_recall_is_the_share_of_the_gold_quotes_that_were_found() -> None:
    assert recall([OTHER, gold_passage(LEAVE)], [LEAVE]) == 1.0
    assert recall([OTHER, gold_passage(LEAVE)], [LEAVE, PAY]) == 0.5
    assert recall([], [LEAVE]) == 0.0


def test_the_quote_in_another_document_is_not_relevant() -> None:
    assert recall([passage("copy.md", LEAVE.quote)], [LEAVE]) == 0.0


def test_the_gold_document_without_the_quote_is_not_relevant_but_counts_for_document_recall() -> None:
    found = [passage("leave.md")]
    assert recall(found, [LEAVE]) == 0.0
    assert document_recall(found, [LEAVE]) == 1.0
    assert document_recall(found, [LEAVE, PAY]) == 0.5


def test_two_quotes_of_one_document_are_one_document() -> None:
    assert document_recall([passage("leave.md")], [LEAVE, LEAVE]) == 1.0


def test_ndcg_of_a_relevant_passage_at_rank_three_is_a_half() -> None:
    assert ndcg([OTHER, OTHER, gold_passage(LEAVE)], [LEAVE]) == pytest.approx(0.5)


def test_ndcg_of_one_of_two_quotes_at_rank_one_is_its_share_of_the_ideal() -> None:
    ideal = 1 + 1 / math.log2(3)
    assert ndcg([gold_passage(LEAVE), OTHER], [LEAVE, PAY]) == pytest.approx(1 / ideal)


def test_ndcg_of_two_quotes_at_ranks_one_and_four() -> None:
    found = [gold_passage(LEAVE), OTHER, OTHER, gold_passage(PAY)]
    ideal = 1 + 1 / math.log2(3)
    assert ndcg(found, [LEAVE, PAY]) == pytest.approx((1 + 1 / math.log2(5)) / ideal)


def test_ndcg_is_one_when_a_single_passage_contains_both_quotes() -> None:
    both = passage("leave.md", f"{LEAVE.quote} Ask early.")
    second = LEAVE.__class__("leave.md", "Ask early.")
    assert ndcg([both, OTHER], [LEAVE, second]) == 1.0


def test_ndcg_does_not_count_the_same_quote_twice() -> None:
    assert ndcg([gold_passage(LEAVE), gold_passage(LEAVE)], [LEAVE]) == 1.0


def test_ndcg_is_zero_when_nothing_was_found() -> None:
    assert ndcg([OTHER, OTHER], [LEAVE]) == 0.0
    assert ndcg([], [LEAVE]) == 0.0


def test_a_citation_is_correct_from_a_gold_document_or_with_a_gold_quote() -> None:
    copied = passage("copy.md", LEAVE.quote)
    assert citation_precision([passage("leave.md"), copied, OTHER], [LEAVE]) == Contribution(2, 3)


def test_full_citation_recall_of_a_conflict_needs_citations_of_both_pages() -> None:
    conflict = case_of(LEAVE, PAY, tags=["conflict"])
    one = measure(response_to(conflict, cited=[gold_passage(PAY)]))
    both = measure(response_to(conflict, cited=[gold_passage(PAY), gold_passage(LEAVE)]))
    assert one["citation recall"] == Contribution(0.5)
    assert both["citation recall"] == Contribution(1.0)


def test_an_answer_without_citations_has_no_precision_and_zero_recall() -> None:
    contributions = measure(response_to(case_of(LEAVE), cited=[]))
    assert "citation precision" not in contributions
    assert contributions["citation recall"] == Contribution(0.0)


def test_the_gold_quote_is_found_between_markers_and_pipes() -> None:
    assert contains_gold("As we say: Everybody [1] has\n25 days [1, 2].", [LEAVE, PAY])
    assert not contains_gold("Everybody has 26 days. [1]", [LEAVE, PAY])


def test_recall_at_k_counts_the_first_k_hits_only() -> None:
    contributions = measure(response_to(case_of(LEAVE), hits=[*[OTHER] * 3, gold_passage(LEAVE)]))
    found = {name: contribution.numerator for name, contribution in contributions.items() if name.startswith("recall@")}
    assert found == {"recall@1": 0.0, "recall@3": 0.0, "recall@5": 1.0, "recall@10": 1.0}


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


def test_flags_are_counted_by_severity() -> None:
    contributions = measure(response_to(case_of(LEAVE), severities=["soft", "hard", "soft"]))
    assert contributions["answers with a hard flag"] == Contribution(1.0)
    assert contributions["hard flags per answer"] == Contribution(1.0)
    assert contributions["soft flags per answer"] == Contribution(2.0)


def test_an_answer_without_flags_counts_and_a_refusal_does_not() -> None:
    assert measure(response_to(case_of(LEAVE)))["answers with a soft flag"] == Contribution(0.0)
    assert not [name for name in measure(response_to(case_of(), refused=True)) if "flag" in name]


def test_an_unanswerable_question_contributes_nothing_to_retrieval() -> None:
    contributions = measure(response_to(case_of(), hits=[OTHER], cited=[OTHER]))
    assert not [name for name in contributions if "recall@" in name or "nDCG" in name or "citation" in name]


def test_a_degraded_answer_is_counted() -> None:
    assert measure(response_to(case_of(LEAVE), degraded=True))["degraded answers"] == Contribution(1.0)
