"""How likely a passage answers a question: calibrated relevance between 0 and 1.

A fused rank cannot tell a good question from a hopeless one: the boiling point of tungsten tops a handbook's ranking
with the same score as a question about leave. Two measurements can:

    similarity   the cosine of question and passage
    coverage     the share of the question's terms that the passage carries, weighted by their rarity in the corpus;
                 a term that no document has weighs most

Relevance = 1 / (1 + exp(-(bias + a * similarity + b * coverage))), fitted by `python -m evals.calibrate` on the dev
half of the sample domain's questions: a passage counts as answering when it holds a gold quote.
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
    """Share of the question's rarity-weighted terms that stand in `tokens`; 0 for a question without terms."""
    total = sum(idf.values())
    return sum(rarity for token, rarity in idf.items() if token in tokens) / total if total else 0.0


def relevance(hit: Hit, idf: Mapping[int, float], calibration: Calibration = CALIBRATION) -> float:
    """The probability that the hit's passage answers the question."""
    exponent = (
        calibration.bias + calibration.similarity * hit.similarity + calibration.coverage * coverage(hit.tokens, idf)
    )
    return 1.0 / (1.0 + math.exp(-exponent))
