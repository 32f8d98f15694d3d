"""The weights of the features. Written by `python -m benchmarks.answers.train`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    "similarity": 1.974,
    "similarity_gap": 3.174,
    "pooled": 2.307,
    "coverage": 0.001,
    "coverage_gap": 0.001,
    "context": 3.515,
    "relevance": 1.057,
    "relevance_gap": 2.517,
    "rank": 0.357,
    "first": 0.683,
    "wanted": 0.631,
    "missing": -0.429,
    "decides": 0.405,
    "item": 1.047,
    "row": 0.616,
    "code": -0.236,
    "listed": 0.086,
    "short": -2.867,
    "long": 1.152,
    "lead_in": 0.860,
    "dependent": 1.598,
    "heading_like": -0.382,
    "symbols": -0.347,
    "pointer": -2.931,
    "column": 3.496,
}
