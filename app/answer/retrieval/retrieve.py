"""Retrieve the passages for a question: rewrite, embed, one hybrid query to the index, calibrated relevance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.answer.question.query import Query
from app.answer.question.rewrite import rewrite
from app.answer.question.spelling import correct_query
from app.answer.retrieval.encode import encode
from app.answer.retrieval.relevance import relevance
from app.answer.retrieval.rerank import Reranker, rerank
from app.answer.retrieval.terms import question_idf
from app.answer.types import Passage, Retrieval
from core.embedding import Embedder
from core.index import Bm25Encoder, Index
from core.recipe import Recipe
from core.text import search_form
from core.types import Hit, HybridQuery, Message, SearchFilter

NOTHING_INGESTED = (
    "Nothing has been ingested yet, so there is nothing to answer from. Add documents: run groundwork ingest FOLDER, "
    "or upload files with POST /v1/documents. Files that are being read now are answered from when they are done."
)
"""The answer from an index without chunks: for the person who sets the service up, and therefore in English."""


def _ignore() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Retriever:
    """The collaborators of a search: the index, the two encoders of its queries, and a reranker where there is one.

    `rerank_failed` is called when the reranker failed, and the hits kept their order.
    """

    index: Index
    embedder: Embedder
    sparse: Bm25Encoder
    reranker: Reranker | None = None
    rerank_failed: Callable[[], None] = _ignore


def retrieve(
    question: str,
    history: Sequence[Message],
    recipe: Recipe,
    retriever: Retriever,
    only: SearchFilter | None = None,
) -> Retrieval:
    """Return the `recipe.top_k` best passages, restricted to `only`. Blocks. Raises IndexFault or EmbeddingError."""
    return search(rewrite(question, history), recipe, retriever, only)


def search(query: Query, recipe: Recipe, retriever: Retriever, only: SearchFilter | None = None) -> Retrieval:
    """Return the `recipe.top_k` best passages for a query, restricted to `only`.

    Blocks. Raises IndexFault or EmbeddingError.
    """
    if recipe.correct_spelling:
        query = correct_query(query, retriever.index, retriever.embedder, retriever.sparse)
    encoded = encode(query, retriever.embedder, retriever.sparse)
    hits = retriever.index.search(
        HybridQuery(
            dense=encoded.dense,
            sparse=encoded.sparse,
            candidates=max(recipe.candidates, recipe.top_k),
            rrf_k=recipe.rrf_k,
            filter=only or SearchFilter(),
        ),
        max(recipe.top_k, recipe.rerank) if retriever.reranker is not None else recipe.top_k,
    )
    if retriever.reranker is not None:
        hits = rerank(query.text, hits, _shown, retriever.reranker, recipe.rerank, retriever.rerank_failed)
    hits = hits[: recipe.top_k]
    idf = encoded.weighted(question_idf(tuple(encoded.asked), query.text, retriever.index, retriever.sparse))
    passages = tuple(Passage(number, hit.chunk, relevance(hit, idf)) for number, hit in enumerate(hits, start=1))
    return Retrieval(query=_read_as(query, hits, retriever.sparse), passages=passages)


def _shown(hit: Hit) -> str:
    """Return the text that the reranker reads."""
    return hit.chunk.searchable_text


def _read_as(query: Query, hits: Sequence[Hit], sparse: Bm25Encoder) -> str:
    """Return the query as people read it: with the earlier question only where the best hit is about that, too."""
    if query.certain or not query.previous or not hits:
        return query.text
    own = set(sparse.query(search_form(query.question)).indices)
    earlier = set(sparse.query(search_form(query.previous)).indices) - own
    return query.text if earlier & hits[0].tokens else query.question


def is_unfilled(found: Retrieval, retriever: Retriever) -> bool:
    """Whether nothing was found because the index has no chunks. Blocks. Raises IndexFault."""
    return not found.passages and retriever.index.chunk_count() == 0
