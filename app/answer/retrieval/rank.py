"""Order the candidates of a search by how well each answers, from features of all of them together.

    similarity        the cosine of the query and the passage
    similarity_rank   1 / (5 + its rank among the candidates, from 0)
    sentence          the cosine of the query and the passage's best sentence (MaxSim)
    words             the BM25 score, divided by the sum of the terms' IDF
    coverage          the share of the query's terms that the passage contains, weighted by their IDF
    name              the same share of the document's name, times the concentration
    document          the same share of all candidates of the document and its name, where a term weighs more the fewer
                      of the candidates' documents have it ("Apple" decides between reports that all have "revenue"),
                      times the square of the concentration
    neighbour_words   `words` of the better of the two chunks beside it, where they are candidates; 0 without one
    neighbour         `similarity` of the better of them
    latest            1 for the latest document of a series, where the question asks for the latest (`recency.py`)

The concentration is 1 - documents / candidates. Among candidates of as many documents it is 0: a document's name and
its other passages decide between documents only where there is more than one passage of each to choose from.

The score of the order is the sum of the features, each times its weight (`weights.py`, which
`python -m benchmarks.retrieval.train` writes). It is comparable within one search only; what is comparable between
searches is in `relevance.py`. docs/decisions.md has what each feature is worth, and those that were not worth keeping.

Not covered: evidence outside of the candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.answer.retrieval.recency import latest_of_series
from app.answer.retrieval.weights import WEIGHTS
from core.types import Hit, Vectors

FEATURES = (
    "similarity",
    "similarity_rank",
    "sentence",
    "words",
    "coverage",
    "name",
    "document",
    "neighbour_words",
    "neighbour",
    "latest",
)

Features: TypeAlias = NDArray[np.float64]
"""Shape (hits, len(FEATURES))."""
TermsOf: TypeAlias = Callable[[str], frozenset[int]]
"""Returns the BM25 tokens of a text."""


def rank(hits: Sequence[Hit], features: Features, weights: Mapping[str, float] = WEIGHTS) -> list[Hit]:
    """Return the hits, the best first; equal scores are ordered by chunk id. Features without a weight do not count."""
    scores = scores_of(features, weights)
    order = sorted(range(len(hits)), key=lambda row: (-scores[row], hits[row].chunk.id))
    return [hits[row] for row in order]


def scores_of(features: Features, weights: Mapping[str, float] = WEIGHTS) -> NDArray[np.float64]:
    """Return the score of each hit, shape (hits,)."""
    scores: NDArray[np.float64] = features @ np.array([weights.get(name, 0.0) for name in FEATURES])
    return scores


def features_of(
    hits: Sequence[Hit], query: Vectors, idf: Mapping[int, float], terms_of: TermsOf, *, asks_latest: bool = False
) -> Features:
    """Return the features of the candidates of one search.

    `query` has length 1, shape (dimension,); `idf` is that of each term of the query, times the term's weight;
    `asks_latest` says whether the question asks for the latest document.
    """
    if not hits:
        return np.zeros((0, len(FEATURES)))
    total = sum(idf.values()) or 1.0
    weight = np.array([*idf.values()])
    matched = np.array([[hit.matched.get(term, 0.0) for term in idf] for hit in hits]).reshape(len(hits), len(idf))
    documents = _numbered([hit.chunk.document_id for hit in hits])
    named = _named_terms(hits, idf, terms_of)
    similarity = np.array([hit.similarity for hit in hits])
    words = matched @ weight / total
    neighbours = _neighbours(hits)
    concentration = 1 - (int(documents.max()) + 1) / len(hits)
    return np.column_stack(
        [
            similarity,
            1 / (5 + _ranks(similarity)),
            _best_sentence(hits, query, similarity),
            words,
            (matched > 0) @ weight / total,
            concentration * (named @ weight) / total,
            concentration**2 * _document_coverage((matched > 0) | named, documents),
            [max((words[row] for row in beside), default=0.0) for beside in neighbours],
            [max((similarity[row] for row in beside), default=0.0) for beside in neighbours],
            latest_of_series([hit.chunk.document_name for hit in hits]) if asks_latest else np.zeros(len(hits)),
        ]
    )


def _ranks(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the rank of each value, the highest 0; equal values have the same."""
    return np.searchsorted(np.sort(-values), -values)


def _best_sentence(hits: Sequence[Hit], query: Vectors, similarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest cosine of the query and a sentence of each hit; of one without sentences, its own."""
    lengths = np.array([len(hit.sentences) for hit in hits])
    best = similarity.copy()
    with_sentences = lengths > 0
    if with_sentences.any():
        cosines = np.concatenate([hit.sentences for hit in hits]) @ query
        starts = np.cumsum(lengths) - lengths
        best[with_sentences] = np.maximum.reduceat(cosines, starts[with_sentences])
    return best


def _named_terms(hits: Sequence[Hit], idf: Mapping[int, float], terms_of: TermsOf) -> NDArray[np.bool_]:
    """Return which of the terms are in the name of each hit's document, shape (hits, terms)."""
    names = {name: terms_of(name) for name in {hit.chunk.document_name for hit in hits}}
    found = [[term in names[hit.chunk.document_name] for term in idf] for hit in hits]
    return np.array(found, dtype=np.bool_).reshape(len(hits), len(idf))


def _document_coverage(found: NDArray[np.bool_], documents: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return for each hit the share of the terms that its document has, weighted by the documents' IDF.

    `found` says which terms a hit or its document's name has, shape (hits, terms); `documents` numbers the documents of
    the hits from 0, shape (hits,).
    """
    count = int(documents.max()) + 1
    of_document = np.zeros((count, found.shape[1]), dtype=np.bool_)
    np.logical_or.at(of_document, documents, found)
    frequency = of_document.sum(axis=0)
    idf = np.log((count - frequency + 0.5) / (frequency + 0.5) + 1)
    coverage: NDArray[np.float64] = of_document @ idf / (idf.sum() or 1.0)
    return coverage[documents]


def _neighbours(hits: Sequence[Hit]) -> list[list[int]]:
    """Return the positions of the hits before and after each one in its document."""
    places = {(hit.chunk.document_id, hit.chunk.ordinal): row for row, hit in enumerate(hits)}
    beside = ([(hit.chunk.document_id, hit.chunk.ordinal + step) for step in (-1, 1)] for hit in hits)
    return [[places[place] for place in two if place in places] for two in beside]


def _numbered(names: Sequence[str]) -> NDArray[np.intp]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.intp)
