"""How likely a passage answers a question: calibrated relevance between 0 and 1.

A fused rank cannot distinguish a question that the documents answer from one that they do not: a question about the
boiling point of tungsten has the same best score in a handbook as a question about leave. Two measurements can:

    similarity   the cosine of question and passage
    coverage     the share of the question's terms that the passage contains, weighted by their IDF; a term that no
                 document contains weighs most

Relevance = 1 / (1 + exp(-(bias + a * similarity + b * coverage))), fitted by `python -m evals.calibrate` on the dev
half of the sample domain's questions: a passage counts as answering when it contains a gold quote.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.types import Hit


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients of the logistic function."""

    bias: float
    similarity: float
    coverage: float


# Printed by `python -m evals.calibrate`; see docs/retrieval.md for the figures on the test half.
CALIBRATION = Calibration(bias=-5.719, similarity=4.658, coverage=3.996)


def coverage(tokens: frozenset[int], idf: Mapping[int, float]) -> float:
    """Return the share of the question's terms, weighted by IDF, that are in `tokens`; 0 without terms."""
    total = sum(idf.values())
    return sum(weight for token, weight in idf.items() if token in tokens) / total if total else 0.0


def relevance(hit: Hit, idf: Mapping[int, float], calibration: Calibration = CALIBRATION) -> float:
    """Return the probability, from 0 to 1, that the hit answers the question."""
    exponent = (
        calibration.bias + calibration.similarity * hit.similarity + calibration.coverage * coverage(hit.tokens, idf)
    )
    return 1.0 / (1.0 + math.exp(-exponent))
