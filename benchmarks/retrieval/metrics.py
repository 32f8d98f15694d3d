"""The figures of a ranking against what is judged: one number for each question.

nDCG with binary gains, as BEIR and trec_eval compute it; recall and intersection over union of characters as Chroma's
"Evaluating Chunking Strategies" does: what is retrieved twice counts twice in the union.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FileSpan = tuple[str, int, int]
"""A file, and half-open offsets of its characters."""


def ndcg(ranked: Sequence[str], gold: frozenset[str], k: int) -> float:
    """Return the normalised discounted cumulative gain of the first `k`; `gold` is not empty."""
    gain = sum(1 / math.log2(place + 2) for place, unit in enumerate(ranked[:k]) if unit in gold)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(k, len(gold))))


def recall(ranked: Sequence[str], gold: frozenset[str], k: int) -> float:
    """Return the share of `gold`, which is not empty, among the first `k`."""
    return len(gold.intersection(ranked[:k])) / len(gold)


def reciprocal_rank(ranked: Sequence[str], gold: frozenset[str], k: int) -> float:
    """Return 1 / the rank of the first of `gold` among the first `k`; 0 without one."""
    return next((1 / place for place, unit in enumerate(ranked[:k], start=1) if unit in gold), 0.0)


def span_recall(retrieved: Sequence[FileSpan], gold: Sequence[FileSpan]) -> float:
    """Return the share of the gold characters that are retrieved."""
    return _shared(retrieved, gold) / _length(_merged(gold))


def span_iou(retrieved: Sequence[FileSpan], gold: Sequence[FileSpan]) -> float:
    """Return the intersection over the union of characters."""
    both = _shared(retrieved, gold)
    return both / (_length(retrieved) + _length(_merged(gold)) - both)


def auroc(labels: NDArray[np.bool_], scores: Array) -> float:
    """Return the probability that a positive scores above a negative, ties half; NaN without one of them."""
    positives, negatives = scores[labels], scores[~labels]
    if not len(positives) or not len(negatives):
        return math.nan
    differences = positives[:, None] - negatives[None, :]
    return float(np.mean((differences > 0) + 0.5 * (differences == 0)))


def _shared(some: Sequence[FileSpan], others: Sequence[FileSpan]) -> int:
    """Return how many characters are in both."""
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for file, start, end in _merged(some)
        for other, other_start, other_end in _merged(others)
        if other == file
    )


def _merged(spans: Sequence[FileSpan]) -> list[FileSpan]:
    """Return disjoint spans with the same characters."""
    merged: list[FileSpan] = []
    for file, start, end in sorted(spans):
        if merged and merged[-1][0] == file and start <= merged[-1][2]:
            merged[-1] = (file, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((file, start, end))
    return merged


def _length(spans: Iterable[FileSpan]) -> int:
    return sum(end - start for _, start, end in spans)
