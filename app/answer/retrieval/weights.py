"""The weights of the ranker's features. Written by `python -m benchmarks.retrieval.train`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    "similarity": 2.4,
    "sentence": 6.6,
    "words": 1.0,
    "coverage": 3.8,
    "name": 5.0,
    "document": 6.0,
    "neighbour_words": 0.4,
    "neighbour": 1.5,
}
