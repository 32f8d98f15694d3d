"""The index on a Qdrant server or cluster, through qdrant-client."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from typing import Any, TypeVar

from qdrant_client import QdrantClient, models

from core.index import points
from core.index.fingerprint import ADOPTED, Fingerprint, records_domain
from core.index.server.connection import Connection
from core.index.server.reads import ServerReads, chunks_under, condition, sparse, words_collection
from core.index.spelling import spelling_vector
from core.index.view import View
from core.permissions import Readers
from core.types import Document, DocumentRecord, EmbeddedChunk, PassageVectors

_log = logging.getLogger("groundwork")
Result = TypeVar("Result")


class ServerIndex:
    """One collection. `place` is the server's URL, for messages."""

    def __init__(self, client: QdrantClient, collection: str, place: str) -> None:
        self._client = client
        self._collection = collection
        self._place = place
        self._connection = Connection(place)
        self._reads = ServerReads(client, collection, place, self._connection)
        self._spelled: set[points.Term] = set()
        self._regrouped = False
        self._passages_indexed = False

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
        index._run(lambda: client.create_payload_index(words_collection(collection), points.READERS, keyword))
        for field in points.INDEXED_FIELDS:
            index._run(lambda field=field: client.create_payload_index(collection, field, keyword))  # type: ignore[misc]
        index._index_complete()
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
        # A collection from before documents were counted has none.
        index._index_complete()
        return index

    def visible_to(self, readers: Readers) -> View:
        """See Index."""
        return View(self._reads, readers)

    def records(self) -> list[DocumentRecord]:
        """See WritableIndex."""
        return self._reads.records()

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """See Index."""
        # Words first: a run that is killed between the two does not write these chunks again.
        self._write_words(points.terms_of(item.chunk for item in chunks))
        for batch in points.batches(chunks):
            self._upsert(
                [
                    models.PointStruct(
                        id=item.chunk.id,
                        vector={
                            points.DENSE: item.dense.tolist(),
                            points.BM25: sparse(item.sparse),
                            points.SENTENCES: item.sentences.tolist(),
                        },
                        payload=points.chunk_payload(item),
                    )
                    for item in batch
                ]
            )

    def vectors_of(self, passages: Collection[str]) -> dict[str, PassageVectors]:
        """See WritableIndex."""
        if not self._passages_indexed:
            # An index of an earlier version has no index of the field; where there is one, this costs nothing.
            keyword = models.PayloadSchemaType.KEYWORD
            self._run(lambda: self._client.create_payload_index(self._collection, points.PASSAGE, keyword))
            self._passages_indexed = True
        return self._reads.vectors_of(passages)

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        """See Index."""
        for part, payload in points.text_parts(document).items() if document else ():
            self._upsert([models.PointStruct(id=part, vector={}, payload=payload)])
        payload = points.record_payload(record, document)
        self._upsert([models.PointStruct(id=points.document_point(record.id), vector={}, payload=payload)])
        if document is not None:
            this_content = condition("content_hash", document.content_hash)
            self._delete(models.Filter(must=[*_of(points.TEXT, record.id)], must_not=[this_content]))

    def stored_points(self) -> Iterator[points.StoredPoint]:
        """See Index."""
        documents = models.Filter(must_not=[condition(points.KIND, points.FINGERPRINT)])
        found = self._reads.stored(self._collection, documents)
        return (points.stored_point(point.id, point.payload, point.vector) for point in found)

    def write_points(self, stored: Iterable[points.StoredPoint]) -> None:
        """See Index."""
        for batch in points.point_batches(stored):
            self._write_words(points.terms_of_points(batch))
            self._upsert(
                [
                    models.PointStruct(
                        id=point.id, vector=points.vectors_of(point, sparse), payload=dict(point.payload)
                    )
                    for point in batch
                ]
            )

    def forget_hash(self, document_id: str) -> None:
        """See Index."""
        point = models.PointIdsList(points=[points.document_point(document_id)])
        self._set_payload({"content_hash": ""}, point)

    def change_source(self, old: str, new: str) -> None:
        """See WritableIndex."""
        # The records last: as long as one has the old source, the next run sees what is left to do.
        for kind in (points.CHUNK, points.DOCUMENT):
            of_source = models.Filter(must=[condition(points.KIND, kind), condition("source", old)])
            self._set_payload({"source": new}, models.FilterSelector(filter=of_source))

    def change_groups(self, document_id: str, groups: frozenset[str]) -> None:
        """See Index."""
        readers = {points.READERS: points.readers_of(groups)}
        self._regrouped = True
        # The record last: after a run that is killed between the two it has the old groups, and the next run goes on.
        chunks = models.Filter(must=[*_of(points.CHUNK, document_id)])
        record = models.PointIdsList(points=[points.document_point(document_id)])
        self._set_payload(readers, models.FilterSelector(filter=chunks))
        self._set_payload(readers, record)

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        """See Index."""
        this_content = condition("content_hash", except_hash)
        self._delete(models.Filter(must=[*_of(points.CHUNK, document_id)], must_not=[this_content]))

    def remove_document(self, document_id: str) -> None:
        """See Index."""
        self._delete(models.Filter(must=[*_of(points.CHUNK, document_id)]))
        self._delete([points.document_point(document_id)])
        self._delete(models.Filter(must=[*_of(points.TEXT, document_id)]))

    def chunks_written(self, document_id: str, content_hash: str) -> int:
        """See Index."""
        this_content = condition("content_hash", content_hash)
        only = models.Filter(must=[*_of(points.CHUNK, document_id), this_content])
        return points.first_chunks(point.payload for point in self._reads.scroll(self._collection, only, ["ordinal"]))

    def settle(self) -> None:
        """See Index. Every write here waited for the server, which optimizes by itself."""
        if self._regrouped:
            self._rewrite_words()
            self._regrouped = False

    def close(self) -> None:
        """See Index. The client belongs to the store and is closed with it."""

    def _write_words(self, words: Set[points.Term]) -> None:
        """Add the words that this object has not written yet."""
        new = sorted(words - self._spelled, key=points.order_of_terms)
        for page in points.pages(new):
            batch = [
                models.PointStruct(
                    id=points.term_point(term),
                    vector={points.SPELLING: sparse(spelling_vector(term.word))},
                    payload=points.term_payload(term),
                )
                for term in page
            ]
            self._run(
                lambda batch=batch: self._client.upsert(words_collection(self._collection), batch, wait=True)  # type: ignore[misc]
            )
        self._spelled.update(new)

    def _rewrite_words(self) -> None:
        """Bring the words in line with the chunks and their groups."""
        selected = models.PayloadSelectorExclude(exclude=[points.SENTENCE_VECTORS])
        found = self._reads.scroll(self._collection, chunks_under(None), selected)
        words = points.terms_of(points.chunk_from(point.payload or {}) for point in found)
        self._write_words(words)
        kept = {points.term_point(term) for term in words}
        collection = words_collection(self._collection)
        there = self._reads.scroll(collection, None, payload=False)
        for page in points.pages([point.id for point in there if point.id not in kept]):
            self._run(lambda page=page: self._client.delete(collection, [*page], wait=True))  # type: ignore[misc]
        self._spelled = set(words)

    def _index_complete(self) -> None:
        flag = models.PayloadSchemaType.BOOL
        self._run(lambda: self._client.create_payload_index(self._collection, points.COMPLETE, flag))

    def _record(self, fingerprint: Fingerprint) -> None:
        payload = {points.KIND: points.FINGERPRINT, **fingerprint.to_payload()}
        self._upsert([models.PointStruct(id=points.FINGERPRINT_POINT, vector={}, payload=payload)])

    def _upsert(self, batch: list[models.PointStruct]) -> None:
        self._run(lambda: self._client.upsert(self._collection, batch, wait=True))

    def _set_payload(self, payload: dict[str, Any], selected: models.FilterSelector | models.PointIdsList) -> None:
        self._run(lambda: self._client.set_payload(self._collection, payload, selected, wait=True))

    def _delete(self, selected: models.Filter | list[str]) -> None:
        chosen: Any = models.FilterSelector(filter=selected) if isinstance(selected, models.Filter) else selected
        self._run(lambda: self._client.delete(self._collection, chosen, wait=True))

    def _run(self, call: Callable[[], Result]) -> Result:
        return self._connection.run(call)


def _of(kind: str, document_id: str) -> list[models.FieldCondition]:
    return [condition(points.KIND, kind), condition("document_id", document_id)]
