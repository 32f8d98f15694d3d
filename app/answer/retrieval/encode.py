"""Encode a query: one vector and one set of weighted terms for all of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.answer.question.query import Query, QueryPart
from core.embedding import Embedder
from core.index import Bm25Encoder
from core.text import search_form
from core.types import SparseVector, Vectors


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """A query as it is searched for.

    `dense` is a vector of length 1, shape (dimension,). `terms` maps BM25 tokens to their weights, 0 to 1; `asked` are
    those of them that the user has said, by which a passage's relevance is judged: an answer has many words besides
    its topic.
    """

    dense: Vectors
    terms: Mapping[int, float]
    asked: Mapping[int, float]

    @property
    def sparse(self) -> SparseVector:
        """The terms as the engine takes them; it multiplies their weights by the IDF."""
        return SparseVector(tuple(self.terms), tuple(self.terms.values()))

    def weighted(self, idf: Mapping[int, float]) -> dict[int, float]:
        """Return the IDF of each term that the user has said, multiplied by its weight."""
        return {token: idf[token] * weight for token, weight in self.asked.items() if token in idf}


def encode(query: Query, embedder: Embedder, sparse: Bm25Encoder) -> EncodedQuery:
    """Encode all parts in one batch. A term of several parts has its largest weight. Raises EmbeddingError."""
    meant = [part for part in query.parts if part.meaning]
    vectors = embedder.embed([search_form(part.text) for part in meant])
    dense = np.asarray([part.meaning for part in meant], dtype=np.float32) @ vectors
    return EncodedQuery(dense / np.linalg.norm(dense), _terms(query.parts, sparse), _terms(meant, sparse))


def _terms(parts: Sequence[QueryPart], sparse: Bm25Encoder) -> dict[int, float]:
    terms: dict[int, float] = {}
    for part in parts:
        for token in sparse.query(search_form(part.text)).indices:
            terms[token] = max(terms.get(token, 0.0), part.words)
    return terms
