"""Retrieve the passages for a question.

It reads from top to bottom: rewrite, correct the spelling, encode, one hybrid query to the index, rank, rerank where a
reranker is configured, collapse near-duplicates. Each passage gets its calibrated relevance, and the question its
answerability.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.answer.question.query import Query
from app.answer.question.rewrite import rewrite
from app.answer.question.spelling import correct_query
from app.answer.retrieval.answerability import RELATED, answerability, best_sentence, gather_evidence
from app.answer.retrieval.duplicates import collapse
from app.answer.retrieval.encode import EncodedQuery, encode
from app.answer.retrieval.rank import Features, features_of, rank, scores_of
from app.answer.retrieval.recency import asks_for_latest
from app.answer.retrieval.relevance import relevance
from app.answer.retrieval.rerank import Reranker, rerank
from app.answer.retrieval.terms import question_idf
from app.answer.types import Candidate, Passage, Retrieval
from core.embedding import Embedder
from core.index import Bm25Encoder, IndexView
from core.recipe import Recipe
from core.text import search_form
from core.tracing import stage
from core.types import Hit, HybridQuery, Message, SearchFilter, Vectors

NOTHING_INGESTED = (
    "Nothing has been ingested yet, so there is nothing to answer from. Add documents: run groundwork ingest FOLDER, "
    "or upload files with POST /v1/documents. Files that are being read now are answered from when they are done."
)
"""The answer from an index without chunks: for the person who sets the service up, and therefore in English."""
_MOST_RELATED = 3
_CANDIDATES = 40
"""Hits that are ranked, at least. All that two rankings of 50 have (86 on average) take twice as long to read, for .00
to .02 nDCG@10 (docs/decisions.md)."""


def _ignore() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Retriever:
    """The collaborators of a search: the index as the user sees it, the encoders, and a reranker where there is one.

    `rerank_failed` is called when the reranker failed, and the hits kept their order.
    """

    index: IndexView
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
    """Return the `recipe.top_k` best passages with their near-duplicates, restricted to `only`.

    Blocks. Raises IndexFault or EmbeddingError.
    """
    return search(rewrite(question, history), recipe, retriever, only)


def search(query: Query, recipe: Recipe, retriever: Retriever, only: SearchFilter | None = None) -> Retrieval:
    """Return the `recipe.top_k` best passages for a query with their near-duplicates, restricted to `only`.

    Blocks. Raises IndexFault or EmbeddingError.
    """
    with stage("retrieve") as span:
        found = _search(query, recipe, retriever, only)
        span.set("groundwork.passages", len(found.passages))
        span.set("groundwork.answerability", found.answerability)
        if span.includes_text:
            span.set("groundwork.query", found.query)
    return found


def _search(query: Query, recipe: Recipe, retriever: Retriever, only: SearchFilter | None) -> Retrieval:
    if recipe.correct_spelling:
        query = correct_query(query, retriever.index, retriever.embedder, retriever.sparse)
    with stage("encode"):
        encoded = encode(query, retriever.embedder, retriever.sparse)
    with stage("search"):
        candidates = find_candidates(encoded, recipe, retriever.index, only)
    with stage("rank"):
        hits, idf, features = _ranked(query, encoded, candidates, retriever)
    if retriever.reranker is not None:
        with stage("rerank"):
            hits = rerank(query.text, hits, _shown, retriever.reranker, recipe.rerank, retriever.rerank_failed)
    places = collapse(hits, recipe.top_k)
    passages = tuple(_numbered(places, idf))
    evidence = gather_evidence(encoded.dense, idf, [place[0] for place in places], retriever.index.chunk_count())
    return Retrieval(
        query=_read_as(query, hits, retriever.sparse),
        passages=passages,
        answerability=answerability(evidence) if hits else 0.0,
        related=_related(encoded.dense, places, passages),
        candidates=_in_order(hits, candidates, features),
        vector=encoded.dense,
        idf=idf,
    )


def _ranked(
    query: Query, encoded: EncodedQuery, candidates: Sequence[Hit], retriever: Retriever
) -> tuple[list[Hit], Mapping[int, float], Features]:
    """Return the candidates, the best one first, the weighted IDF of the question's terms, and the features.

    The features are in the order of the candidates as they were given.
    """
    said = "\n".join(search_form(part.text) for part in query.parts if part.meaning)
    idf = encoded.weighted(question_idf(tuple(encoded.asked), said, retriever.index, retriever.sparse))
    features = features_of(
        candidates,
        encoded.dense,
        idf,
        retriever.sparse.tokens,
        asks_latest=asks_for_latest(query.question),
    )
    return rank(candidates, features), idf, features


def find_candidates(
    encoded: EncodedQuery, recipe: Recipe, index: IndexView, only: SearchFilter | None = None
) -> list[Hit]:
    """Return the hits that are ranked: the first ones of the dense and the BM25 ranking, fused. Raises IndexFault."""
    each = max(recipe.candidates, recipe.top_k)
    query = HybridQuery(encoded.dense, encoded.sparse, each, recipe.rrf_k, only or SearchFilter())
    return index.search(query, max(_CANDIDATES, 2 * recipe.top_k))


def _in_order(hits: Sequence[Hit], candidates: Sequence[Hit], features: Features) -> tuple[Candidate, ...]:
    """Return the hits as they were ranked; `features` are those of `candidates`, the same hits in another order."""
    rows = zip(scores_of(features).tolist(), features.tolist(), strict=True)
    found = {hit.chunk.id: row for hit, row in zip(candidates, rows, strict=True)}
    ranked = ((hit.chunk, *found[hit.chunk.id]) for hit in hits)
    return tuple(Candidate(chunk.id, chunk.document_id, score, tuple(row)) for chunk, score, row in ranked)


def _related(vector: Vectors, places: Sequence[Sequence[Hit]], passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the first passages with a sentence that is close to the question."""
    distinct = (passage for passage in passages if passage.copy_of is None)
    close = (
        passage for passage, place in zip(distinct, places, strict=True) if best_sentence(vector, place[0]) >= RELATED
    )
    return tuple(islice(close, _MOST_RELATED))


def _numbered(places: Sequence[Sequence[Hit]], idf: Mapping[int, float]) -> Iterator[Passage]:
    """Yield the best hit of each place, followed by its near-duplicates."""
    number = 0
    for place in places:
        first = number + 1
        for hit in place:
            number += 1
            copy_of = None if number == first else first
            yield Passage(number, hit.chunk, relevance(hit, idf), copy_of, hit.sentences)


def _shown(hit: Hit) -> str:
    """Return the text that the reranker reads."""
    return hit.chunk.searchable_text


def _read_as(query: Query, hits: Sequence[Hit], sparse: Bm25Encoder) -> str:
    """Return the query as people read it: with the earlier question only where the best hit is about that, too."""
    if query.certain or not query.previous or not hits:
        return query.text
    earlier = sparse.tokens(query.previous) - sparse.tokens(query.question)
    return query.text if earlier & hits[0].tokens else query.question


def is_unfilled(found: Retrieval, retriever: Retriever) -> bool:
    """Whether nothing was found because the index has no chunks. Blocks. Raises IndexFault."""
    return not found.passages and retriever.index.chunk_count() == 0
