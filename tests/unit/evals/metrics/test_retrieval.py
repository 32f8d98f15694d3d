from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.contribution import Contribution
from evals.metrics.retrieval import document_recall, measure_retrieval, ndcg, recall, reciprocal_rank
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


def test_recall_at_k_counts_the_first_k_hits_only() -> None:
    contributions = measure_retrieval(response_to(case_of(LEAVE), hits=[*[OTHER] * 3, gold_passage(LEAVE)]))
    found = {name: contribution.numerator for name, contribution in contributions.items() if name.startswith("recall@")}
    assert found == {"recall@1": 0.0, "recall@3": 0.0, "recall@5": 1.0, "recall@10": 1.0}


def test_an_unanswerable_question_contributes_nothing_to_retrieval() -> None:
    contributions = measure_retrieval(response_to(case_of(), hits=[OTHER], cited=[OTHER]))
    assert not [name for name in contributions if "recall@" in name or "nDCG" in name or "citation" in name]


def test_the_reciprocal_rank_is_that_of_the_first_relevant_passage() -> None:
    assert reciprocal_rank([OTHER, OTHER, gold_passage(PAY), gold_passage(LEAVE)], [LEAVE, PAY]) == pytest.approx(1 / 3)
    assert reciprocal_rank([gold_passage(LEAVE), gold_passage(PAY)], [LEAVE, PAY]) == 1.0
    assert reciprocal_rank([OTHER], [LEAVE]) == reciprocal_rank([], [LEAVE]) == 0.0


def test_a_relevant_hit_at_rank_eleven_is_too_late_for_the_ranking_metrics() -> None:
    tenth = measure_retrieval(response_to(case_of(LEAVE), hits=[*[OTHER] * 9, gold_passage(LEAVE)]))
    eleventh = measure_retrieval(response_to(case_of(LEAVE), hits=[*[OTHER] * 10, gold_passage(LEAVE)]))
    assert tenth["MRR@10"] == Contribution(0.1)
    assert eleventh["MRR@10"] == eleventh["nDCG@10"] == Contribution(0.0)


@given(st.lists(st.sampled_from([OTHER, gold_passage(LEAVE), gold_passage(PAY)]), max_size=10))
def test_ranking_metrics_are_shares_that_agree_on_the_extremes(hits: list[dict[str, Any]]) -> None:
    golds = [LEAVE, PAY]
    found, rank, gain = recall(hits, golds), reciprocal_rank(hits, golds), ndcg(hits, golds)
    assert all(0.0 <= share <= 1.0 for share in (found, rank, gain))
    assert (found == 0.0) == (rank == 0.0) == (gain == 0.0)
    assert (rank == 1.0) == (bool(hits) and hits[0] is not OTHER)
    assert [recall(hits[:depth], golds) for depth in range(11)] == sorted(
        recall(hits[:depth], golds) for depth in range(11)
    )
