"""The figures of the retrieval benchmark agree with values that were computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.retrieval.metrics import auroc, ndcg, recall, reciprocal_rank, span_iou, span_recall
from benchmarks.retrieval.rankings import first, fuse

GOLD = frozenset({"a", "b"})


def test_ndcg_is_one_for_the_ideal_order_and_discounts_later_places() -> None:
    assert ndcg(["a", "b", "c"], GOLD, 10) == 1.0
    assert ndcg(["c", "a"], GOLD, 10) == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(3)))
    assert ndcg(["c", "d"], GOLD, 10) == 0.0


def test_recall_and_reciprocal_rank_look_at_the_first_k_only() -> None:
    assert recall(["c", "a", "b"], GOLD, 2) == 0.5
    assert reciprocal_rank(["c", "a", "b"], GOLD, 2) == 0.5
    assert reciprocal_rank(["c", "d", "a"], GOLD, 2) == 0.0


def test_characters_that_are_retrieved_twice_count_once_for_recall_and_twice_in_the_union() -> None:
    retrieved = [("x", 0, 10), ("x", 5, 15)]
    gold = [("x", 0, 5), ("y", 0, 5)]
    assert span_recall(retrieved, gold) == 0.5
    assert span_iou(retrieved, gold) == 5 / (20 + 10 - 5)


def test_auroc_counts_ties_half_and_has_no_value_for_one_label() -> None:
    assert auroc(np.array([True, False, False]), np.array([0.5, 0.5, 0.1])) == 0.75
    assert np.isnan(auroc(np.array([True, True]), np.array([0.1, 0.2])))


def test_reciprocal_rank_fusion_adds_up_ranks_from_zero() -> None:
    assert fuse([[1, 2], [2, 3]], 1) == [2, 1, 3]


def test_chunks_without_a_positive_score_are_not_ranked() -> None:
    assert first(np.array([0.0, 2.0, 1.0, 2.0], dtype=np.float32), 2) == [1, 3]
    assert first(np.array([0.0, 0.0], dtype=np.float32)) == []
