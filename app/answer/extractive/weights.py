"""The weights of the features. Written by `python -m benchmarks.answers.train`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    "similarity": 2.053,
    "similarity_gap": 3.506,
    "pooled": 1.741,
    "coverage": 0.081,
    "coverage_gap": 0.099,
    "context": 3.707,
    "relevance": 1.220,
    "relevance_gap": 3.269,
    "rank": -0.304,
    "first": 0.630,
    "wanted": 0.828,
    "missing": -0.593,
    "decides": 0.473,
    "item": 0.928,
    "row": 0.561,
    "code": -3.196,
    "listed": 0.541,
    "short": -3.351,
    "long": 0.332,
    "lead_in": 1.461,
    "dependent": 1.586,
    "heading_like": -0.701,
    "symbols": -0.185,
    "pointer": -3.154,
    "column": 4.352,
}
