"""What a view reads of the embedded index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import qdrant_edge as edge

from core.index import points
from core.index.edge.shard import Shard, chunks_under, condition, readable, sparse
from core.index.edge.words import EdgeWords
from core.index.points import RecordPage, Restriction
from core.permissions import Readers
from core.types import Chunk, Document, DocumentRecord, Hit, HybridQuery, PassageVectors, SearchFilter


class EdgeReads:
    """The reads of one shard: see `core.index.view.Reads`."""

    def __init__(self, shard: Shard, words: EdgeWords) -> None:
        self._shard = shard
        self._words = words

    @property
    def generation(self) -> str:
        """See Reads."""
        return self._shard.generation

    def groups(self) -> frozenset[str]:
        """See Reads."""
        return self._shard.groups()

    def search(self, query: HybridQuery, limit: int, only: Restriction) -> list[Hit]:
        """See Reads. One request to the engine: two rankings, fused there."""
        matching = _filter(query.filter, only)
        dense = query.dense.tolist()
        by_words = edge.Query.Nearest(sparse(query.sparse), using=points.BM25)
        prefetches = [
            edge.Prefetch(query.candidates, edge.Query.Nearest(dense, using=points.DENSE), filter=matching),
            edge.Prefetch(query.candidates, by_words, filter=matching, params=_corpus(only)),
        ]
        ranking: Any = edge.Fusion.Rrf(k=query.rrf_k)
        if query.by_sentences:
            prefetches = [edge.Prefetch(2 * query.candidates, ranking, prefetches)]
            ranking = edge.Query.Nearest(dense, using=points.SENTENCES)
        request = edge.QueryRequest(
            limit=limit + points.OVER_FETCH,
            prefetches=prefetches,
            query=ranking,
            with_payload=True,
            with_vector=[points.DENSE, points.BM25],
        )
        with self._shard.lock:
            found = self._shard.run(lambda: self._shard.engine.query(request))
        # Each attribute of a point is converted when it is read: those beyond the limit need only two.
        return points.best_hits(found, query, limit)

    def term_idf(self, tokens: Sequence[int], only: Restriction) -> Mapping[int, float]:
        """See Reads. One batch of one-token queries, from which the engine's own IDF follows."""
        if not tokens:
            return {}
        batch = edge.QueryBatchRequest(
            [
                edge.QueryRequest(
                    limit=1,
                    query=edge.Query.Nearest(edge.SparseVector([token], [1.0]), using=points.BM25),
                    filter=_filter(SearchFilter(), only),
                    params=_corpus(only),
                    with_vector=[points.BM25],
                )
                for token in tokens
            ]
        )
        with self._shard.lock:
            answers = self._shard.run(lambda: self._shard.engine.query_batch(batch))
            unseen = points.unseen_idf(self._shard.chunk_count(only))
        return {
            token: points.idf_from(token, found[0].score, found[0].vector) if found else unseen
            for token, found in zip(tokens, answers, strict=True)
        }

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """See Reads."""
        selected = edge.PayloadSelector.Exclude([points.SENTENCE_VECTORS])
        with self._shard.lock:
            found = self._shard.run(
                lambda: self._shard.engine.retrieve([*ids], with_payload=selected, with_vector=False)
            )
        return points.chunks_in_order(ids, ((record.id, record.payload) for record in found))

    def similar_words(self, word: str, limit: int, only: Restriction) -> list[str]:
        """See Reads."""
        return self._shard.run(lambda: self._words.similar(word, limit, only))

    def records(self) -> list[DocumentRecord]:
        """See Reads."""
        found = self._shard.scroll(
            edge.Filter(must=[condition(points.KIND, points.DOCUMENT)]),
            [*points.RECORD_FIELDS],
        )
        return sorted((points.record_from(point.payload or {}) for point in found), key=lambda record: record.id)

    def vectors_of(self, passages: Collection[str]) -> dict[str, PassageVectors]:
        """See WritableIndex."""
        chosen = edge.FieldCondition(points.PASSAGE, match=edge.MatchAny([*passages]))
        only = edge.Filter(must=[condition(points.KIND, points.CHUNK), chosen])
        found = self._shard.scroll(only, [points.PASSAGE])
        records = self._shard.with_vectors(points.one_of_each((point.id, point.payload) for point in found))
        return points.passage_vectors((record.payload, record.vector) for record in records)

    def record_page(self, only: Restriction, begin: str | None, limit: int) -> RecordPage:
        """See Reads."""
        found, following = self._shard.record_page(only, begin, limit)
        return points.record_page((point.payload for point in found), following)

    def records_of(self, document_ids: Sequence[str]) -> list[DocumentRecord]:
        """See Reads."""
        found: list[DocumentRecord] = []
        for page in points.pages([points.document_point(one) for one in document_ids]):
            with self._shard.lock:
                records = self._shard.run(
                    lambda page=page: self._shard.engine.retrieve(  # type: ignore[misc]
                        [*page], with_payload=[*points.RECORD_FIELDS], with_vector=False
                    )
                )
            found += [points.record_from(record.payload or {}) for record in records]
        return sorted(found, key=lambda record: record.id)

    def is_visible(self, document_id: str, readers: Readers) -> bool:
        """See Reads."""
        found = self._retrieve(points.document_point(document_id), [points.READERS])
        return bool(found) and points.is_visible(found[0], readers)

    def document(self, document_id: str) -> Document | None:
        """See Reads."""
        # One lock for all parts: between them no other version is written.
        with self._shard.lock:
            found = self._retrieve(points.document_point(document_id))
            return points.document_from(found[0], lambda part: self._retrieve(part)[0]["text"]) if found else None

    def chunk_count(self, only: Restriction) -> int:
        """See Reads."""
        return self._shard.chunk_count(only)

    def document_count(self, only: Restriction) -> int:
        """See Reads."""
        return self._shard.document_count(only)

    def _retrieve(self, point: str, payload: bool | list[str] = True) -> list[dict[str, Any]]:
        """Return the payload of a point, or nothing."""
        with self._shard.lock:
            found = self._shard.run(
                lambda: self._shard.engine.retrieve([point], with_payload=payload, with_vector=False)
            )
        return [record.payload or {} for record in found]


def _filter(wanted: SearchFilter, only: Restriction) -> edge.Filter | None:
    fields = {"document_id": wanted.document_ids, "source": wanted.sources}
    must = [edge.FieldCondition(key, match=edge.MatchAny(list(values))) for key, values in fields.items() if values]
    if only is not None:
        must.append(readable(only))
    return edge.Filter(must=[*must]) if must else None


def _corpus(only: Restriction) -> edge.SearchParams | None:
    """Return the parameter that counts the chunks under a restriction alone in the IDF."""
    return None if only is None else edge.SearchParams(idf=edge.IdfParams(chunks_under(only)))
