"""What a search of an engine found, as hits in an order of their own, and the IDF of tokens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from core.index.points.chunks import chunk_from
from core.index.points.schema import BM25, DENSE, SENTENCE_VECTORS
from core.index.points.vectors import named_vectors, unpack_vectors
from core.types import Hit, HybridQuery

OVER_FETCH = 8
"""Hits beyond the limit, so that points of equal score are cut by id, and not at random."""


class Found(Protocol):
    """A point that a search of an engine returned. Its vectors are `dense` and, where it has words, `bm25`."""

    @property
    def id(self) -> Any:
        """The id, a UUID."""
        ...

    @property
    def score(self) -> float:
        """By which the engine ranks."""
        ...

    @property
    def payload(self) -> Mapping[str, Any] | None:
        """What `chunk_payload` made."""
        ...

    @property
    def vector(self) -> Any:
        """The vectors by their names."""
        ...


def best_hits(found: Sequence[Found], query: HybridQuery, limit: int) -> list[Hit]:
    """Return the best points as hits, the highest score first, and equal scores by id.

    The order is the same on every call. Each hit has what the score does not show: the cosine to the query, the
    chunk's tokens with the weights of those in the query, and the vectors of its sentences.
    """
    best = sorted(found, key=lambda point: (-point.score, str(point.id)))[:limit]
    if not best:
        return []
    named = [named_vectors(point.vector) for point in best]
    payloads = [point.payload or {} for point in best]
    similarities = np.array([vectors[DENSE] for vectors in named], dtype=np.float32) @ query.dense
    sentences = unpack_vectors((payload[SENTENCE_VECTORS] for payload in payloads), len(query.dense))
    chunks = [chunk_from(payload) for payload in payloads]
    weights = [_weights(vectors.get(BM25)) for vectors in named]
    ends = np.cumsum([len(chunk.sentences) for chunk in chunks]).tolist()
    return [
        Hit(
            chunk=chunk,
            fused=point.score,
            similarity=similarity,
            tokens=frozenset(terms),
            sentences=sentences[end - len(chunk.sentences) : end],
            matched={term: terms[term] for term in query.sparse.indices if term in terms},
        )
        for point, chunk, terms, similarity, end in zip(best, chunks, weights, similarities.tolist(), ends, strict=True)
    ]


def unseen_idf(points_with_vector: int) -> float:
    """Return the IDF of a token that no point has, by Qdrant's formula ln((N - n + .5) / (n + .5) + 1)."""
    return math.log((points_with_vector + 0.5) / 0.5 + 1)


def is_unseen(idf: float, points_with_vector: int) -> bool:
    """Whether an IDF is that of a token that no point has.

    One that a single point has is less by about ln 3. The margin of a half allows for points written meanwhile.
    """
    return idf > unseen_idf(points_with_vector) - 0.5


def idf_from(token: int, score: float, vector: Any) -> float:
    """Return the engine's IDF: a query of one token with weight 1 scores IDF times the point's weight of the token."""
    sparse = named_vectors(vector)[BM25]
    weights: dict[int, float] = dict(zip(sparse.indices, sparse.values, strict=True))
    return score / weights[token]


def _weights(sparse: Any) -> dict[int, float]:
    """Return the weights of a BM25 vector by their tokens; none where a chunk has no words."""
    return dict(zip(sparse.indices, sparse.values, strict=True)) if sparse else {}
