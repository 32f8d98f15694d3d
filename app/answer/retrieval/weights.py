"""The weights of the ranker's features, as `python -m benchmarks.retrieval.train --write` writes them."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    "similarity": 2.4,
    "similarity_rank": 2.0,
    "sentence": 5.5,
    "words": 1.3,
    "coverage": 3.1,
    "name": 4.0,
    "document": 3.0,
    "neighbour_words": 0.4,
    "neighbour": 0.5,
    "latest": 1.5,
}
