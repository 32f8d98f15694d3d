"""The rankings that are compared: those that anyone can build of the same chunks and encoders, and the product's.

    dense     cosine of the question and the chunk
    BM25      Qdrant's weights and IDF
    RRF 2     reciprocal rank fusion of the first 100 of both, k = 2; RRF 60, k = 60
    product   `app.answer.retrieval.retrieve`; near-duplicates take places behind the passage that they copy, as they do
              in the plain rankings, because the judges marked one of them

A file is ranked by its best chunk.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.answer.retrieval.retrieve import Retriever, retrieve
from app.answer.types import Retrieval
from benchmarks.retrieval.corpus import Corpus
from benchmarks.retrieval.sets import Question
from core.permissions import EVERYTHING
from core.recipe import Recipe
from core.text import search_form
from core.types import Chunk, SearchFilter

PLAIN = "RRF 60"
PRODUCT = "product"
_CANDIDATES = 100

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PlainSearch:
    """The chunks as arrays: `dense` (n, dimension); by token, the rows that have it and its weights there."""

    corpus: Corpus
    dense: NDArray[np.float32]
    postings: Mapping[int, tuple[Rows, Scores]]

    @classmethod
    def of(cls, corpus: Corpus) -> PlainSearch:
        """Read the vectors of a corpus."""
        found: dict[int, list[tuple[int, float]]] = {}
        for row, chunk in enumerate(corpus.chunks):
            for token, weight in zip(chunk.sparse.indices, chunk.sparse.values, strict=True):
                found.setdefault(token, []).append((row, weight))
        postings = {
            token: (np.array([row for row, _ in pairs]), np.array([weight for _, weight in pairs], dtype=np.float32))
            for token, pairs in found.items()
        }
        return cls(corpus, np.array([chunk.dense for chunk in corpus.chunks]), postings)

    def rankings(self, text: str) -> dict[str, list[Chunk]]:
        """Return the chunks for a query by each of the plain rankings, the best first."""
        scores = self._scores(text, ())
        dense, words = first(scores["dense"]), first(scores["BM25"])
        orders = {"dense": dense, "BM25": words, "RRF 2": fuse([dense, words], 2), PLAIN: fuse([dense, words], 60)}
        return {name: [self.corpus.chunks[row].chunk for row in order] for name, order in orders.items()}

    def best_scores(self, question: Question) -> dict[str, float]:
        """Return the best cosine and the best BM25 score of the chunks that the question searches."""
        return {
            name: float(scores.max(initial=0)) for name, scores in self._scores(question.text, question.within).items()
        }

    def _scores(self, text: str, within: Sequence[str]) -> dict[str, Scores]:
        query = search_form(text)
        scores = {"dense": self.dense @ self.corpus.embedder.embed([query])[0], "BM25": self.bm25(query)}
        if within:
            kept = np.array([chunk.chunk.document_id in within for chunk in self.corpus.chunks])
            return {name: of[kept] for name, of in scores.items()}
        return scores

    def bm25(self, query: str) -> Scores:
        """Return the BM25 score of each chunk, shape (n,)."""
        scores = np.zeros(len(self.dense), dtype=np.float32)
        for token in self.corpus.sparse.query(query).indices:
            if token in self.postings:
                rows, weights = self.postings[token]
                scores[rows] += weights * math.log((len(scores) - len(rows) + 0.5) / (len(rows) + 0.5) + 1)
        return scores


def first(scores: Scores, count: int = _CANDIDATES) -> list[int]:
    """Return the rows of the highest positive scores, the highest first; equal scores by row."""
    order = np.argsort(-scores, kind="stable")[:count]
    return [int(row) for row in order if scores[row] > 0]


def fuse(orders: Sequence[Sequence[int]], k: int) -> list[int]:
    """Return the rows by reciprocal rank fusion, ranks from 0."""
    fused: dict[int, float] = {}
    for order in orders:
        for rank, row in enumerate(order):
            fused[row] = fused.get(row, 0.0) + 1 / (k + rank)
    return sorted(fused, key=lambda row: (-fused[row], row))


def by_product(question: Question, corpus: Corpus, recipe: Recipe) -> Retrieval:
    """Return what the product finds, with 100 passages."""
    retriever = Retriever(corpus.index.visible_to(EVERYTHING), corpus.embedder, corpus.sparse)
    only = SearchFilter(document_ids=question.within)
    return retrieve(question.text, question.history, replace(recipe, top_k=_CANDIDATES), retriever, only)


def files_of(chunks: Sequence[Chunk]) -> list[str]:
    """Return the files of ranked chunks, each once."""
    return list(dict.fromkeys(chunk.document_id for chunk in chunks))
