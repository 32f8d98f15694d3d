"""How likely the documents answer a question at all: the number that decides on a refusal.

The relevance of a passage says how likely this passage answers; a question is answerable when any does, and the best
evidence for that is a single sentence. Two measurements are taken over the first hits:

    sentence   the highest cosine of the question and a sentence unit
    coverage   the highest share of the question's terms that a passage has, weighted by their IDF

Both are maxima, and the more chunks there are, the closer the best one is to a question about something else. So the
size of the index counts against the evidence:

    answerability = 1 / (1 + exp(-(bias + a * sentence + b * coverage - c * log10(chunks))))

a, b and the bias are fitted by `python -m benchmarks.refusals` on questions of several corpora; docs/retrieval.md has
the figures of each.

Not covered: a denial, because "may" and "may not" have nearly the same vector: a question with a false premise is
answered from the documents. A question whose words are all there in another relation ("Where was Skeffington born?",
of whom the pages say where he lived) looks answerable, too. A search that is restricted to some documents is judged by
the size of the whole index.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.answer.retrieval.relevance import coverage
from core.types import Hit, Vectors

HITS = 6
"""Hits that are looked at, the best ones."""
RELATED = 0.35
"""Cosine of the question and the best sentence of a passage from which the passage is shown beside a refusal. On the
dev half of the sample domain the best sentence reaches it for all 8 near misses and for none of 7 questions about
something else."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer among the hits of a question, and the number of chunks that were searched."""

    sentence: float
    coverage: float
    chunks: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Coefficients of the logistic function."""

    bias: float
    sentence: float
    coverage: float
    size: float


# Printed by `python -m benchmarks.refusals`, except for the size, which docs/decisions.md explains.
WEIGHTS = Weights(bias=-3.95, sentence=7.44, coverage=2.01, size=0.5)


def best_sentence(query: Vectors, hit: Hit) -> float:
    """Return the highest cosine of the query, shape (dimension,), and a sentence unit of the hit.

    It is the cosine of the passage where the hit has no units.
    """
    return float(np.max(hit.sentences @ query)) if len(hit.sentences) else hit.similarity


def gather_evidence(query: Vectors, idf: Mapping[int, float], hits: Sequence[Hit], chunks: int) -> Evidence:
    """Return the evidence in the first hits of an index of `chunks` chunks.

    `idf` maps the token ids of the question's terms to their IDF.
    """
    first = hits[:HITS]
    return Evidence(
        sentence=max((best_sentence(query, hit) for hit in first), default=0.0),
        coverage=max((coverage(hit.tokens, idf) for hit in first), default=0.0),
        chunks=chunks,
    )


def answerability(evidence: Evidence, weights: Weights = WEIGHTS) -> float:
    """Return the probability, from 0 to 1, that the documents answer the question."""
    support = weights.sentence * evidence.sentence + weights.coverage * evidence.coverage
    exponent = weights.bias + support - weights.size * math.log10(max(1, evidence.chunks))
    return 1.0 / (1.0 + math.exp(-exponent))
