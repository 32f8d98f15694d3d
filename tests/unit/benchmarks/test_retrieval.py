"""The figures of the retrieval benchmark agree with values that were computed by hand."""

from __future__ import annotations

import numpy as np

from benchmarks.retrieval.metrics import span_iou, span_recall
from benchmarks.retrieval.rankings import first, fuse


def test_characters_that_are_retrieved_twice_count_once_for_recall_and_twice_in_the_union() -> None:
    retrieved = [("x", 0, 10), ("x", 5, 15)]
    gold = [("x", 0, 5), ("y", 0, 5)]
    assert span_recall(retrieved, gold) == 0.5
    assert span_iou(retrieved, gold) == 5 / (20 + 10 - 5)


def test_reciprocal_rank_fusion_adds_up_ranks_from_zero() -> None:
    assert fuse([[1, 2], [2, 3]], 1) == [2, 1, 3]


def test_chunks_without_a_positive_score_are_not_ranked() -> None:
    assert first(np.array([0.0, 2.0, 1.0, 2.0], dtype=np.float32), 2) == [1, 3]
    assert first(np.array([0.0, 0.0], dtype=np.float32)) == []
