from __future__ import annotations

import math

import pytest

from evals.external.ranking import ndcg, recall, reciprocal_rank

GRADES = {"best": 2, "good": 1, "bad": 0}


def test_a_perfect_order_has_a_gain_of_one() -> None:
    assert ndcg(["best", "good", "bad"], GRADES, 10) == 1.0


def test_the_gain_is_the_grade_and_the_discount_the_logarithm_of_the_rank() -> None:
    ideal = 2 + 1 / math.log2(3)
    assert ndcg(["good", "other", "best"], GRADES, 10) == pytest.approx((1 + 2 / math.log2(4)) / ideal)


def test_only_the_first_k_count_in_the_ranking_and_in_the_ideal() -> None:
    assert ndcg(["good", "best"], GRADES, 1) == pytest.approx(0.5)


def test_a_passage_that_is_judged_irrelevant_gains_nothing() -> None:
    assert ndcg(["bad"], GRADES, 10) == 0.0
    assert recall(["bad", "good"], GRADES, 10) == 0.5
    assert reciprocal_rank(["bad", "good"], GRADES, 10) == 0.5


def test_a_ranking_without_a_relevant_passage_scores_nothing() -> None:
    assert (ndcg([], GRADES, 10), recall([], GRADES, 10), reciprocal_rank(["x"], GRADES, 10)) == (0, 0, 0)
