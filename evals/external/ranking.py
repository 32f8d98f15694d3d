"""The figures of a ranking of passages against graded judgements: pure functions of ids.

They are those of trec_eval, which BEIR's and MTRAG's tables were computed with: the gain of a passage is its grade, the
discount 1 / log2(rank + 1), and a passage with a grade above 0 is relevant. Every passage is in a ranking once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Return the normalised discounted cumulative gain of the first `k`; a grade is above 0."""
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    return _discounted([grades.get(one, 0) for one in ranked[:k]]) / _discounted(ideal[:k])


def recall(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Return the share of the relevant passages among the first `k`; a grade is above 0."""
    relevant = {one for one, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranked[:k])) / len(relevant)


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Return 1 / the rank of the first relevant passage among the first `k`; 0 without one."""
    return next((1 / rank for rank, one in enumerate(ranked[:k], start=1) if grades.get(one, 0) > 0), 0.0)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
