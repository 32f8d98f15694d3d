"""The index on a Qdrant server or cluster, through qdrant-client."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, TypeVar

from qdrant_client import QdrantClient, models

from core.errors import IndexFault
from core.index import points
from core.index.connection import Connection
from core.index.fingerprint import ADOPTED, Fingerprint, records_domain
from core.index.spelling import spelled_words, spelling_vector
from core.types import Chunk, Document, DocumentRecord, EmbeddedChunk, Hit, HybridQuery, SearchFilter, SparseVector

_PAGE = 1000
_READING_TRIES = 3
"""To read all parts of a text while new versions of it are written."""
_log = logging.getLogger("groundwork")
Result = TypeVar("Result")


class ServerIndex:
    """One collection. `place` is the server's URL, for messages."""

    def __init__(self, client: QdrantClient, collection: str, place: str) -> None:
        self._client = client
        self._collection = collection
        self._place = place
        self._connection = Connection(place)
        self._spelled: set[str] = set()

    @property
    def collection(self) -> str:
        """Return the name of the collection."""
        return self._collection

    @classmethod
    def create(cls, client: QdrantClient, collection: str, place: str, fingerprint: Fingerprint) -> ServerIndex:
        """Make an empty collection, which must not exist."""
        index = cls(client, collection, place)
        dense = models.VectorParams(size=fingerprint.dimension, distance=models.Distance.COSINE)
        sentences = models.VectorParams(
            size=fingerprint.dimension,
            distance=models.Distance.COSINE,
            multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
            datatype=models.Datatype.FLOAT16,
            # No graph: these vectors order candidates, and find none.
            hnsw_config=models.HnswConfigDiff(m=0),
            on_disk=True,
        )
        index._run(
            lambda: client.create_collection(
                collection,
                vectors_config={points.DENSE: dense, points.SENTENCES: sentences},
                sparse_vectors_config={points.BM25: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
        )
        index._run(
            lambda: client.create_collection(
                words_collection(collection),
                vectors_config={},
                sparse_vectors_config={points.SPELLING: models.SparseVectorParams()},
            )
        )
        keyword = models.PayloadSchemaType.KEYWORD
        for field in points.INDEXED_FIELDS:
            index._run(lambda field=field: client.create_payload_index(collection, field, keyword))  # type: ignore[misc]
        index._record(fingerprint)
        return index

    @classmethod
    def load(cls, client: QdrantClient, collection: str, place: str, fingerprint: Fingerprint) -> ServerIndex:
        """Use an existing collection. Raise FingerprintMismatch or DomainMismatch when it was made otherwise."""
        index = cls(client, collection, place)
        found = index._run(lambda: client.retrieve(collection, [points.FINGERPRINT_POINT], with_payload=True))
        stored = (found[0].payload or {}) if found else {}
        where = f"{place}, collection {collection}"
        fingerprint.check(
            stored, where, "Collections are named after the domain's folder: rename one of the two folders"
        )
        if not records_domain(stored):
            _log.warning(ADOPTED, where, fingerprint.domain)
            index._record(fingerprint)
        return index

    def search(self, query: HybridQuery, limit: int) -> list[Hit]:
        """See Index. One request to the engine: two rankings, fused there."""
        only = _filter(query.filter)
        dense = query.dense.tolist()
        prefetches = [
            models.Prefetch(query=dense, using=points.DENSE, limit=query.candidates, filter=only),
            models.Prefetch(query=_sparse(query.sparse), using=points.BM25, limit=query.candidates, filter=only),
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

    def term_idf(self, tokens: Sequence[int]) -> Mapping[int, float]:
        """See Index. One batch of one-token queries, from which the engine's own IDF follows."""
        if not tokens:
            return {}
        requests = [
            models.QueryRequest(
                query=models.SparseVector(indices=[token], values=[1.0]),
                using=points.BM25,
                limit=1,
                with_vector=[points.BM25],
            )
            for token in tokens
        ]
        answers = self._run(lambda: self._client.query_batch_points(self._collection, requests))
        unseen = points.unseen_idf(self.chunk_count())
        idf: dict[int, float] = {}
        for token, answer in zip(tokens, answers, strict=True):
            found = answer.points
            idf[token] = points.idf_from(token, found[0].score, found[0].vector) if found else unseen
        return idf

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """See Index."""
        only = models.PayloadSelectorExclude(exclude=[points.SENTENCE_VECTORS])
        found = self._run(lambda: self._client.retrieve(self._collection, [*ids], with_payload=only))
        return points.chunks_in_order(ids, ((record.id, record.payload) for record in found))

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """See Index."""
        # Words first: a run that is killed between the two does not write these chunks again.
        self._write_words(spelled_words(item.chunk.searchable_text for item in chunks))
        for batch in points.batches(chunks):
            self._upsert(
                [
                    models.PointStruct(
                        id=item.chunk.id,
                        vector={
                            points.DENSE: item.dense.tolist(),
                            points.BM25: _sparse(item.sparse),
                            points.SENTENCES: item.sentences.tolist(),
                        },
                        payload=points.chunk_payload(item),
                    )
                    for item in batch
                ]
            )

    def similar_words(self, word: str, limit: int) -> list[str]:
        """See Index."""
        answer = self._run(
            lambda: self._client.query_points(
                words_collection(self._collection),
                query=_sparse(spelling_vector(word)),
                using=points.SPELLING,
                limit=limit + points.OVER_FETCH,
                with_payload=True,
            )
        )
        return points.most_similar(((p.payload or {}, p.score) for p in answer.points), limit)

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        """See Index."""
        for part, payload in points.text_parts(document).items() if document else ():
            self._upsert([models.PointStruct(id=part, vector={}, payload=payload)])
        payload = points.record_payload(record, document)
        self._upsert([models.PointStruct(id=points.document_point(record.id), vector={}, payload=payload)])
        if document is not None:
            this_content = models.FieldCondition(
                key="content_hash", match=models.MatchValue(value=document.content_hash)
            )
            self._delete(models.Filter(must=[*_of(points.TEXT, record.id)], must_not=[this_content]))

    def forget_hash(self, document_id: str) -> None:
        """See Index."""
        point = models.PointIdsList(points=[points.document_point(document_id)])
        self._run(lambda: self._client.set_payload(self._collection, {"content_hash": ""}, point, wait=True))

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        """See Index."""
        this_content = models.FieldCondition(key="content_hash", match=models.MatchValue(value=except_hash))
        self._delete(models.Filter(must=[*_of(points.CHUNK, document_id)], must_not=[this_content]))

    def remove_document(self, document_id: str) -> None:
        """See Index."""
        self._delete(models.Filter(must=[*_of(points.CHUNK, document_id)]))
        self._delete([points.document_point(document_id)])
        self._delete(models.Filter(must=[*_of(points.TEXT, document_id)]))

    def records(self) -> list[DocumentRecord]:
        """See Index."""
        only = models.Filter(
            must=[models.FieldCondition(key=points.KIND, match=models.MatchValue(value=points.DOCUMENT))]
        )
        found: list[DocumentRecord] = []
        offset: Any = None
        while True:
            page, offset = self._run(
                lambda offset=offset: self._client.scroll(  # type: ignore[misc]
                    self._collection, only, limit=_PAGE, offset=offset, with_payload=points.RECORD_FIELDS
                )
            )
            found += [points.record_from(point.payload or {}) for point in page]
            if offset is None:
                return sorted(found, key=lambda record: record.id)

    def document(self, document_id: str) -> Document | None:
        """See Index."""
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

    def chunk_count(self) -> int:
        """See Index."""
        only = models.Filter(must=[models.FieldCondition(key=points.KIND, match=models.MatchValue(value=points.CHUNK))])
        return self._run(lambda: self._client.count(self._collection, count_filter=only)).count

    def chunks_written(self, document_id: str, content_hash: str) -> int:
        """See Index."""
        this_content = models.FieldCondition(key="content_hash", match=models.MatchValue(value=content_hash))
        only = models.Filter(must=[*_of(points.CHUNK, document_id), this_content])
        return self._run(lambda: self._client.count(self._collection, count_filter=only)).count

    def settle(self) -> None:
        """See Index. Every write here waited for the server, which optimizes by itself."""

    def close(self) -> None:
        """See Index. The client belongs to the store and is closed with it."""

    def _write_words(self, words: Set[str]) -> None:
        """Add the words that this object has not written yet."""
        new = sorted(words - self._spelled)
        for page in points.pages(new):
            batch = [
                models.PointStruct(
                    id=points.term_point(word),
                    vector={points.SPELLING: _sparse(spelling_vector(word))},
                    payload=points.term_payload(word),
                )
                for word in page
            ]
            self._run(
                lambda batch=batch: self._client.upsert(words_collection(self._collection), batch, wait=True)  # type: ignore[misc]
            )
        self._spelled.update(new)

    def _record(self, fingerprint: Fingerprint) -> None:
        payload = {points.KIND: points.FINGERPRINT, **fingerprint.to_payload()}
        self._upsert([models.PointStruct(id=points.FINGERPRINT_POINT, vector={}, payload=payload)])

    def _upsert(self, batch: list[models.PointStruct]) -> None:
        self._run(lambda: self._client.upsert(self._collection, batch, wait=True))

    def _retrieve(self, point: str) -> list[dict[str, Any]]:
        """Return the payload of a point, or nothing."""
        found = self._run(lambda: self._client.retrieve(self._collection, [point], with_payload=True))
        return [record.payload or {} for record in found]

    def _delete(self, selected: models.Filter | list[str]) -> None:
        chosen: Any = models.FilterSelector(filter=selected) if isinstance(selected, models.Filter) else selected
        self._run(lambda: self._client.delete(self._collection, chosen, wait=True))

    def _run(self, call: Callable[[], Result]) -> Result:
        return self._connection.run(call)


def words_collection(collection: str) -> str:
    """Return the collection of the words of a generation's chunks.

    A point without a dense vector still takes the space of one: in the collection of the chunks, each word would take
    2.9 kB.
    """
    return f"{collection}-words"


def _of(kind: str, document_id: str) -> list[models.FieldCondition]:
    return [
        models.FieldCondition(key=points.KIND, match=models.MatchValue(value=kind)),
        models.FieldCondition(key="document_id", match=models.MatchValue(value=document_id)),
    ]


def _filter(wanted: SearchFilter) -> models.Filter | None:
    fields = {"document_id": wanted.document_ids, "source": wanted.sources}
    must = [
        models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))
        for key, values in fields.items()
        if values
    ]
    return models.Filter(must=[*must]) if must else None


def _sparse(vector: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))
