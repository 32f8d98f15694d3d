"""What a view reads of a collection on a Qdrant server."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from qdrant_client import QdrantClient, models

from core.errors import IndexFault
from core.index import points
from core.index.points import RecordPage, Restriction
from core.index.server.connection import Connection
from core.index.spelling import spelling_vector
from core.permissions import Readers
from core.types import Chunk, Document, DocumentRecord, Hit, HybridQuery, PassageVectors, SearchFilter, SparseVector

_PAGE = 1000
_FULL_PAGE = 256
"""Points that are read with their vectors at once: 20 MB of JSON with 384 dimensions."""
_READING_TRIES = 3
"""To read all parts of a text while new versions of it are written."""
Result = TypeVar("Result")


class ServerReads:
    """The reads of one collection: see `core.index.view.Reads`. `place` is the server's URL, for messages.

    Another process may write to the collection at any time, so nothing is remembered.
    """

    def __init__(self, client: QdrantClient, collection: str, place: str, connection: Connection) -> None:
        self._client = client
        self._collection = collection
        self._place = place
        self._connection = connection
        self.generation = uuid.uuid4().hex

    def groups(self) -> frozenset[str]:
        """See Reads."""
        found = self._run(
            lambda: self._client.facet(self._collection, points.READERS, limit=points.MOST_GROUPS, exact=True)
        )
        return frozenset(str(hit.value) for hit in found.hits) - {points.EVERYBODY}

    def search(self, query: HybridQuery, limit: int, only: Restriction) -> list[Hit]:
        """See Reads. One request to the engine: two rankings, fused there."""
        matching = _filter(query.filter, only)
        dense = query.dense.tolist()
        prefetches = [
            models.Prefetch(query=dense, using=points.DENSE, limit=query.candidates, filter=matching),
            models.Prefetch(
                query=sparse(query.sparse),
                using=points.BM25,
                limit=query.candidates,
                filter=matching,
                params=_corpus(only),
            ),
        ]
        fusion = models.RrfQuery(rrf=models.Rrf(k=query.rrf_k))
        if query.by_sentences:
            prefetches = [models.Prefetch(query=fusion, prefetch=prefetches, limit=2 * query.candidates)]
        answer = self._run(
            lambda: self._client.query_points(
                self._collection,
                prefetch=prefetches,
                query=[dense] if query.by_sentences else fusion,
                using=points.SENTENCES if query.by_sentences else None,
                limit=limit + points.OVER_FETCH,
                with_payload=True,
                with_vectors=[points.DENSE, points.BM25],
            )
        )
        return points.best_hits(answer.points, query, limit)

    def term_idf(self, tokens: Sequence[int], only: Restriction) -> Mapping[int, float]:
        """See Reads. One batch of one-token queries, from which the engine's own IDF follows."""
        if not tokens:
            return {}
        requests = [
            models.QueryRequest(
                query=models.SparseVector(indices=[token], values=[1.0]),
                using=points.BM25,
                filter=_filter(SearchFilter(), only),
                params=_corpus(only),
                limit=1,
                with_vector=[points.BM25],
            )
            for token in tokens
        ]
        answers = self._run(lambda: self._client.query_batch_points(self._collection, requests))
        unseen = points.unseen_idf(self.chunk_count(only))
        idf: dict[int, float] = {}
        for token, answer in zip(tokens, answers, strict=True):
            found = answer.points
            idf[token] = points.idf_from(token, found[0].score, found[0].vector) if found else unseen
        return idf

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """See Reads."""
        selected = models.PayloadSelectorExclude(exclude=[points.SENTENCE_VECTORS])
        found = self._run(lambda: self._client.retrieve(self._collection, [*ids], with_payload=selected))
        return points.chunks_in_order(ids, ((record.id, record.payload) for record in found))

    def similar_words(self, word: str, limit: int, only: Restriction) -> list[str]:
        """See Reads."""
        answer = self._run(
            lambda: self._client.query_points(
                words_collection(self._collection),
                query=sparse(spelling_vector(word)),
                using=points.SPELLING,
                query_filter=_filter(SearchFilter(), only),
                limit=points.words_fetched(limit),
                with_payload=True,
            )
        )
        return points.most_similar(((p.payload or {}, p.score) for p in answer.points), limit)

    def records(self) -> list[DocumentRecord]:
        """See Reads."""
        documents = models.Filter(must=[condition(points.KIND, points.DOCUMENT)])
        found = self.scroll(self._collection, documents, points.RECORD_FIELDS)
        return sorted((points.record_from(point.payload or {}) for point in found), key=lambda record: record.id)

    def vectors_of(self, passages: Collection[str]) -> dict[str, PassageVectors]:
        """See WritableIndex."""
        chosen = models.FieldCondition(key=points.PASSAGE, match=models.MatchAny(any=[*passages]))
        only = models.Filter(must=[condition(points.KIND, points.CHUNK), chosen])
        found = self.scroll(self._collection, only, [points.PASSAGE])
        records = self._with_vectors(points.one_of_each((point.id, point.payload) for point in found))
        return points.passage_vectors((record.payload, record.vector) for record in records)

    def record_page(self, only: Restriction, begin: str | None, limit: int) -> RecordPage:
        """See Reads."""
        found, following = self._run(
            lambda: self._client.scroll(
                self._collection,
                documents_under(only),
                limit=limit,
                offset=begin,
                with_payload=points.RECORD_FIELDS,
                with_vectors=False,
            )
        )
        return points.record_page((point.payload for point in found), following)

    def records_of(self, document_ids: Sequence[str]) -> list[DocumentRecord]:
        """See Reads."""
        found: list[DocumentRecord] = []
        for page in points.pages([points.document_point(one) for one in document_ids]):
            records = self._run(
                lambda page=page: self._client.retrieve(  # type: ignore[misc]
                    self._collection, [*page], with_payload=points.RECORD_FIELDS
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
        for _ in range(_READING_TRIES):
            found = self._retrieve(points.document_point(document_id))
            try:
                return points.document_from(found[0], lambda part: self._retrieve(part)[0]["text"]) if found else None
            except IndexError:
                # The parts of this version were removed meanwhile: another one is complete.
                continue
        raise IndexFault(
            f"The text of '{document_id}' in {self._place}, collection {self._collection}, is incomplete. "
            "Rebuild the index: groundwork ingest --rebuild"
        )

    def chunk_count(self, only: Restriction) -> int:
        """See Reads."""
        return self._run(lambda: self._client.count(self._collection, count_filter=chunks_under(only))).count

    def document_count(self, only: Restriction) -> int:
        """See Reads."""
        documents = documents_under(only)
        found = self._run(
            lambda: self._client.facet(self._collection, points.COMPLETE, facet_filter=documents, exact=True)
        )
        return points.complete_among(found.hits)

    def scroll(self, collection: str, matching: models.Filter | None, payload: Any) -> list[models.Record]:
        """Return all points that match, with a part of their payload."""
        pages = self._pages(collection, matching, payload, size=_PAGE, with_vectors=False)
        return [found for page in pages for found in page]

    def stored(self, collection: str, matching: models.Filter | None) -> Iterator[models.Record]:
        """Yield all points that match, with their payloads and vectors."""
        for page in self._pages(collection, matching, payload=True, size=_FULL_PAGE, with_vectors=True):
            yield from page

    def _with_vectors(self, ids: Sequence[str]) -> Iterator[models.Record]:
        """Yield chunks by their ids, with their embeddings."""
        named = [points.DENSE, points.SENTENCES]
        for first in range(0, len(ids), _FULL_PAGE):
            page = [*ids[first : first + _FULL_PAGE]]
            yield from self._run(
                lambda page=page: self._client.retrieve(  # type: ignore[misc]
                    self._collection, page, with_payload=points.REUSED_FIELDS, with_vectors=named
                )
            )

    def _pages(
        self, collection: str, matching: models.Filter | None, payload: Any, *, size: int, with_vectors: bool
    ) -> Iterator[list[models.Record]]:
        offset: Any = None
        while True:
            page, offset = self._run(
                lambda offset=offset: self._client.scroll(  # type: ignore[misc]
                    collection, matching, limit=size, offset=offset, with_payload=payload, with_vectors=with_vectors
                )
            )
            yield page
            if offset is None:
                return

    def _retrieve(self, point: str, payload: bool | list[str] = True) -> list[dict[str, Any]]:
        """Return the payload of a point, or nothing."""
        found = self._run(lambda: self._client.retrieve(self._collection, [point], with_payload=payload))
        return [record.payload or {} for record in found]

    def _run(self, call: Callable[[], Result]) -> Result:
        return self._connection.run(call)


def words_collection(collection: str) -> str:
    """Return the collection of the words of a generation's chunks.

    A point without a dense vector still takes the space of one: in the collection of the chunks, each word would take
    2.9 kB.
    """
    return f"{collection}-words"


def condition(field: str, value: str) -> models.FieldCondition:
    """Return the condition that a field of the payload has a value."""
    return models.FieldCondition(key=field, match=models.MatchValue(value=value))


def chunks_under(only: Restriction) -> models.Filter:
    """Return the filter of the chunks under a restriction."""
    restricted = [] if only is None else [_readable(only)]
    return models.Filter(must=[condition(points.KIND, points.CHUNK), *restricted])


def documents_under(only: Restriction) -> models.Filter:
    """Return the filter of the documents under a restriction, incomplete ones included."""
    restricted = [] if only is None else [_readable(only)]
    return models.Filter(must=[condition(points.KIND, points.DOCUMENT), *restricted])


def sparse(vector: SparseVector) -> models.SparseVector:
    """Return a vector as the engine takes it."""
    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


def _readable(only: frozenset[str]) -> models.FieldCondition:
    return models.FieldCondition(key=points.READERS, match=models.MatchAny(any=points.admitted(only)))


def _filter(wanted: SearchFilter, only: Restriction) -> models.Filter | None:
    fields = {"document_id": wanted.document_ids, "source": wanted.sources}
    must = [
        models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))
        for key, values in fields.items()
        if values
    ]
    if only is not None:
        must.append(_readable(only))
    return models.Filter(must=[*must]) if must else None


def _corpus(only: Restriction) -> models.SearchParams | None:
    """Return the parameter that counts the chunks under a restriction alone in the IDF (Qdrant 1.19 and later)."""
    return None if only is None else models.SearchParams(idf=models.IdfCorpusParams(corpus=chunks_under(only)))
