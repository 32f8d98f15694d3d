"""The extractive answer: the smallest whole thing of the passages that answers, word for word, cited.

It reads from top to bottom: the units of the passages, the best of them by the vectors that the index stores, their
features, their scores, what is shown, Markdown.

The index's vectors of units are pooled from those of the chunk's tokens, and know the chunk around the unit better
than what distinguishes it from its neighbours. The few best units are therefore embedded by themselves, under their
headings: eight short texts in place of the forty of all passages. docs/decisions.md has the figures.

Not covered: answers that no sentence, list or table gives, and what follows only from two passages together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.answer.extractive.choose import Scored, choose
from app.answer.extractive.features import (
    FEATURES,
    Candidate,
    FeatureVector,
    Measured,
    candidates_of,
    measure,
    own_coverage,
)
from app.answer.extractive.surroundings import Neighbours
from app.answer.extractive.text import compared
from app.answer.extractive.units import outline
from app.answer.extractive.weights import WEIGHTS
from app.answer.extractive.write import write
from app.answer.question.kind import wanted_kinds
from app.answer.types import Passage, Retrieval
from core.embedding import Embedder
from core.index import Bm25Encoder
from core.types import Vectors

_EMBEDDED = 8
"""Units that are embedded by themselves; each costs as much as the question."""
_COVERAGE_WEIGHT, _RANK_PENALTY = 0.15, 0.04
"""Of the choice of those units, beside the similarity."""
_LONGEST = 1000
"""Characters of a unit that are embedded; the model reads about as many."""


def extract_answer(
    found: Retrieval, embedder: Embedder, sparse: Bm25Encoder, neighbours: Neighbours, *, most: int
) -> str:
    """Return an answer of at most `most` excerpts, each with its citation marker; "" for none.

    An excerpt is a sentence, a list or rows of a table, with what a reader needs to understand it. Raises
    EmbeddingError or IndexFault.
    """
    candidates = all_candidates(found.distinct)
    if not candidates:
        return ""
    wanted = wanted_kinds(found.query)
    coverage = own_coverage(candidates, found.idf, sparse)
    best = best_candidates(candidates, coverage, found)
    features = measure(embedded(candidates, best, coverage, found, embedder), wanted, found.idf, sparse)
    scores = np.full(len(candidates), -np.inf)
    scores[best] = features @ np.array([WEIGHTS[name] for name in FEATURES])
    return write(choose(Scored(candidates, scores, coverage), wanted, neighbours, most=most), found.distinct)


def all_candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """Return the units of the passages that can be an answer, in order."""
    return [
        one
        for place, passage in enumerate(passages)
        for one in candidates_of(passage, outline(passage.chunk.text, passage.chunk.lead), place)
    ]


def best_candidates(candidates: Sequence[Candidate], coverage: FeatureVector, found: Retrieval) -> list[int]:
    """Return the positions of the candidates that are worth a closer look, the best first.

    Of copies it is the first, of a table the best row; where no row is among them, the best one takes the last place.
    Rows are few words, whose pooled vectors are far from every question.
    """
    places = np.array([one.place for one in candidates])
    scores = pooled_similarities(candidates, found) + _COVERAGE_WEIGHT * coverage - _RANK_PENALTY * places
    distinct: dict[object, int] = {}
    for position in np.argsort(-scores, kind="stable"):
        distinct.setdefault(_identity(candidates[int(position)]), int(position))
    ranked = list(distinct.values())
    best = ranked[:_EMBEDDED]
    rows = [position for position in ranked if candidates[position].kind == "row"]
    return [*best[: _EMBEDDED - 1], rows[0]] if rows and rows[0] not in best else best


def _identity(candidate: Candidate) -> object:
    """Return what is the same for copies, and for the rows of a table."""
    if candidate.kind == "row":
        return candidate.passage.index, candidate.outline.units[candidate.position].group
    return compared(candidate.text)


def embedded(
    candidates: Sequence[Candidate], best: Sequence[int], coverage: FeatureVector, found: Retrieval, embedder: Embedder
) -> list[Measured]:
    """Return the best candidates with their similarities. Raises EmbeddingError."""
    chosen = [candidates[position] for position in best]
    cosines = embedder.embed([one.searchable_text[:_LONGEST] for one in chosen]) @ found.vector
    pooled = pooled_similarities(chosen, found)
    return [
        Measured(one, float(cosines[number]), float(pooled[number]), float(coverage[position]))
        for number, (one, position) in enumerate(zip(chosen, best, strict=True))
    ]


def pooled_similarities(candidates: Sequence[Candidate], found: Retrieval) -> FeatureVector:
    """Return the cosine of the question and each candidate: that of the most similar of the index's units in it."""
    cosines = {passage.index: passage.vectors @ found.vector for passage in found.passages if len(passage.vectors)}
    return np.array([_similarity(one, cosines.get(one.passage.index)) for one in candidates], dtype=np.float64)


def _similarity(candidate: Candidate, cosines: Vectors | None) -> float:
    if cosines is None:
        return 0.0
    unit = candidate.outline.units[candidate.position]
    spans = candidate.passage.chunk.sentences
    inside = [float(cosines[n]) for n, (start, end) in enumerate(spans) if start < unit.end and end > unit.start]
    return max(inside, default=0.0)
