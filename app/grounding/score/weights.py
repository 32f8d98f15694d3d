"""How likely a sentence says something that its sources do not carry, from its features.

Two models, because sources of prose and sources of data (tables, JSON) leave different traces: a logistic regression
for prose, gradient-boosted trees (Friedman, 2001) for data. `python -m benchmarks.grounding.train` trains both and
writes `trained.py`. Half of the sentences that they were trained on were unsupported: read the result as an order and
not as a frequency.
"""

from __future__ import annotations

from functools import cache
from math import exp

from app.grounding.score.features import Features
from app.grounding.score.trained import BASE, INTERCEPT, LEAVES, PROSE, SPLITS, WEIGHTS

_DEPTH = 3
_INNER = 2**_DEPTH - 1

__all__ = ["PROSE", "unsupported"]


def unsupported(features: Features) -> float:
    """Return the estimate, from 0 to 1."""
    if features.prose > PROSE:
        logit = INTERCEPT + sum(weight * value for weight, value in zip(WEIGHTS, features, strict=True))
    else:
        logit = BASE
        for splits, leaves in _trees():
            node = 0
            for _ in range(_DEPTH):
                feature, threshold = splits[node]
                node = 2 * node + (1 if features[feature] <= threshold else 2)
            logit += leaves[node - _INNER]
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


@cache
def _trees() -> list[tuple[list[tuple[int, float]], list[float]]]:
    """Return the trees: the splits (feature, threshold) of each in the order of a heap, and its leaves."""
    splits = [(int(feature), float(threshold)) for feature, threshold in (s.split("<") for s in SPLITS.split())]
    leaves = [float(leaf) for leaf in LEAVES.split()]
    count = len(leaves) // (_INNER + 1)
    return [
        (splits[tree * _INNER : (tree + 1) * _INNER], leaves[tree * (_INNER + 1) : (tree + 1) * (_INNER + 1)])
        for tree in range(count)
    ]
