"""The embedded index: Qdrant Edge, the Qdrant engine in this process.

One process holds a shard at a time (`core/index/lock.py` says which). Acknowledged writes survive SIGKILL: they
are in the write-ahead log. Queries release the interpreter's lock in part.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import qdrant_edge as edge

from core.disk import REMOVAL_BYTES, check_free
from core.errors import DiskFull, IndexFault
from core.index import points
from core.index.edge_words import EdgeWords
from core.index.fingerprint import ADOPTED, Fingerprint, records_domain
from core.index.spelling import spelled_words
from core.types import Chunk, Document, DocumentRecord, EmbeddedChunk, Hit, HybridQuery, SearchFilter, SparseVector

_PAGE = 1000
_WORDS = "words"
"""The folder of the words in that of the shard."""
_NEW_BYTES = 100_000_000
"""Of an empty index: 60 MB, most of them allocated for its log."""
_CHUNK_BYTES = 12_000
"""Of a chunk, in the log and in its place. Measured: 7 kB with 384 dimensions and 600 characters."""
_SENTENCE_BYTES = 5_000
"""Of a sentence unit, in the log and in its place, with 384 dimensions: as many floats in the log, half-precision ones
in the multivector, and twice a byte for each in the payload. Measured: 3 kB."""
_CHARACTER_BYTES = 8
"""Of a document's text, in the log and in its place; outside of ASCII a character takes up to 4 bytes."""
_NO_GRAPH = 1 << 40
"""Kilobytes of vectors from which a segment gets an HNSW graph: never. Building one keeps the interpreter's lock, so
the process answers nothing: 8 s of processor time for 12,000 chunks, minutes for 75,000. Without it each vector is
compared: 1.4 ms for 12,000 chunks and 26 ms for 75,000, where the graph takes as long. A Qdrant server builds one."""
_log = logging.getLogger("groundwork")
Result = TypeVar("Result")


class EdgeIndex:
    """One shard on disk."""

    def __init__(self, shard: edge.EdgeShard, words: EdgeWords, folder: Path) -> None:
        self._shard = shard
        self._words = words
        self._folder = folder
        self._deleted = False
        # Counting 12,000 chunks takes 1.4 ms, and is part of every search. Nobody else writes to the shard.
        self._chunks: int | None = None
        # Guards the swap of the shard in settle(): a query must not use a closed one.
        self._lock = threading.RLock()

    @property
    def folder(self) -> Path:
        """Return the folder of the shard."""
        return self._folder

    @classmethod
    def create(cls, folder: Path, fingerprint: Fingerprint) -> Self:
        """Make an empty shard in `folder`, which must not contain one."""
        check_free(folder.parent, _NEW_BYTES)
        folder.mkdir(parents=True, exist_ok=True)
        config = edge.EdgeConfig(
            vectors={
                points.DENSE: edge.EdgeVectorParams(fingerprint.dimension, edge.Distance.Cosine),
                points.SENTENCES: edge.EdgeVectorParams(
                    fingerprint.dimension,
                    edge.Distance.Cosine,
                    multivector_config=edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim),
                    datatype=edge.VectorStorageDatatype.Float16,
                ),
            },
            sparse_vectors={points.BM25: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
            optimizers=edge.EdgeOptimizersConfig(indexing_threshold=_NO_GRAPH),
        )
        shard = _engine(folder, lambda: edge.EdgeShard.create(str(folder), config))
        index = cls(shard, _engine(folder, lambda: EdgeWords.create(folder / _WORDS)), folder)
        for field in points.INDEXED_FIELDS:
            index._update(edge.UpdateOperation.create_field_index(field, edge.PayloadSchemaType.Keyword))
        index._record(fingerprint)
        return index

    @classmethod
    def load(cls, folder: Path, fingerprint: Fingerprint) -> EdgeIndex:
        """Open the shard in `folder`. Raises FingerprintMismatch or DomainMismatch when it was made otherwise."""
        shard = _engine(folder, lambda: edge.EdgeShard.load(str(folder)))
        try:
            found = _engine(
                folder, lambda: shard.retrieve([points.FINGERPRINT_POINT], with_payload=True, with_vector=False)
            )
            stored = (found[0].payload or {}) if found else {}
            # Before the words: an index of an earlier version has none, and its fingerprint says how to rebuild it.
            fingerprint.check(stored, str(folder), "Set GROUNDWORK_DATA_DIR to a directory of its own")
            index = cls(shard, _engine(folder, lambda: EdgeWords.load(folder / _WORDS)), folder)
        except Exception:
            shard.close()
            raise
        if not records_domain(stored):
            _log.warning(ADOPTED, folder, fingerprint.domain)
            index._record(fingerprint)
        return index

    def search(self, query: HybridQuery, limit: int) -> list[Hit]:
        """See Index. One request to the engine: two rankings, fused there."""
        only = _filter(query.filter)
        dense = query.dense.tolist()
        prefetches = [
            edge.Prefetch(query.candidates, edge.Query.Nearest(dense, using=points.DENSE), filter=only),
            edge.Prefetch(query.candidates, edge.Query.Nearest(_sparse(query.sparse), using=points.BM25), filter=only),
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
        with self._lock:
            found = self._run(lambda: self._shard.query(request))
        # Each attribute of a point is converted when it is read: those beyond the limit need only two.
        return points.best_hits(found, query, limit)

    def term_idf(self, tokens: Sequence[int]) -> Mapping[int, float]:
        """See Index. One batch of one-token queries, from which the engine's own idf follows."""
        if not tokens:
            return {}
        batch = edge.QueryBatchRequest(
            [
                edge.QueryRequest(
                    limit=1,
                    query=edge.Query.Nearest(edge.SparseVector([token], [1.0]), using=points.BM25),
                    with_vector=[points.BM25],
                )
                for token in tokens
            ]
        )
        with self._lock:
            answers = self._run(lambda: self._shard.query_batch(batch))
            unseen = points.unseen_idf(self.chunk_count())
        return {
            token: points.idf_from(token, found[0].score, found[0].vector) if found else unseen
            for token, found in zip(tokens, answers, strict=True)
        }

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """See Index."""
        only = edge.PayloadSelector.Exclude([points.SENTENCE_VECTORS])
        with self._lock:
            found = self._run(lambda: self._shard.retrieve([*ids], with_payload=only, with_vector=False))
        return points.chunks_in_order(ids, ((record.id, record.payload) for record in found))

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """See Index. Raises DiskFull, too."""
        units = sum(len(chunk.sentences) for chunk in chunks)
        check_free(self._folder, _CHUNK_BYTES * len(chunks) + _SENTENCE_BYTES * units)
        words = spelled_words(item.chunk.searchable_text for item in chunks)
        # Words first: a run that is killed between the two does not write these chunks again.
        self._run(lambda: self._words.write(words))
        for batch in points.batches(chunks):
            self._upsert(
                [
                    edge.Point(
                        item.chunk.id,
                        {
                            points.DENSE: item.dense.tolist(),
                            points.BM25: _sparse(item.sparse),
                            points.SENTENCES: item.sentences.tolist(),
                        },
                        points.chunk_payload(item),
                    )
                    for item in batch
                ]
            )

    def similar_words(self, word: str, limit: int) -> list[str]:
        """See Index."""
        return self._run(lambda: self._words.similar(word, limit))

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        """See Index. Raises DiskFull, too."""
        check_free(self._folder, _CHARACTER_BYTES * len(document.text) if document else 0)
        for part, payload in points.text_parts(document).items() if document else ():
            self._upsert([edge.Point(part, {}, payload)])
        payload = points.record_payload(record, document)
        self._upsert([edge.Point(points.document_point(record.id), {}, payload)])
        if document is not None:
            this_content = edge.FieldCondition("content_hash", match=edge.MatchValue(document.content_hash))
            self._remove(edge.Filter(must=[*_of(points.TEXT, record.id)], must_not=[this_content]))

    def forget_hash(self, document_id: str) -> None:
        """See Index. Raises DiskFull, too."""
        check_free(self._folder, 0)
        self._update(edge.UpdateOperation.set_payload([points.document_point(document_id)], {"content_hash": ""}))

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        """See Index."""
        self._delete(
            edge.Filter(
                must=[*_of(points.CHUNK, document_id)],
                must_not=[edge.FieldCondition("content_hash", match=edge.MatchValue(except_hash))],
            )
        )

    def remove_document(self, document_id: str) -> None:
        """See Index."""
        self._delete(edge.Filter(must=[*_of(points.CHUNK, document_id)]))
        with self._lock:
            self._update(edge.UpdateOperation.delete_points([points.document_point(document_id)]))
            self._remove(edge.Filter(must=[*_of(points.TEXT, document_id)]))

    def records(self) -> list[DocumentRecord]:
        """See Index."""
        only = edge.Filter(must=[edge.FieldCondition(points.KIND, match=edge.MatchValue(points.DOCUMENT))])
        found: list[DocumentRecord] = []
        offset: Any = None
        while True:
            request = edge.ScrollRequest(
                offset=offset,
                limit=_PAGE,
                filter=only,
                with_payload=[*points.RECORD_FIELDS],
                with_vector=False,
            )
            with self._lock:
                page, offset = self._run(lambda request=request: self._shard.scroll(request))  # type: ignore[misc]
            found += [points.record_from(point.payload or {}) for point in page]
            if offset is None:
                return sorted(found, key=lambda record: record.id)

    def document(self, document_id: str) -> Document | None:
        """See Index."""
        # One lock for all parts: between them no other version is written.
        with self._lock:
            found = self._retrieve(points.document_point(document_id))
            return points.document_from(found[0], lambda part: self._retrieve(part)[0]["text"]) if found else None

    def chunk_count(self) -> int:
        """See Index."""
        only = edge.Filter(must=[edge.FieldCondition(points.KIND, match=edge.MatchValue(points.CHUNK))])
        with self._lock:
            if self._chunks is None:
                self._chunks = self._run(lambda: self._shard.count(edge.CountRequest(filter=only)))
            return self._chunks

    def chunks_written(self, document_id: str, content_hash: str) -> int:
        """See Index."""
        this_content = edge.FieldCondition("content_hash", match=edge.MatchValue(content_hash))
        only = edge.Filter(must=[*_of(points.CHUNK, document_id), this_content])
        with self._lock:
            return self._run(lambda: self._shard.count(edge.CountRequest(filter=only)))

    def settle(self) -> None:
        """See Index. Deleted points still count in the IDF until the shard is loaded again.

        Optimizing copies parts of the index; without the space for that it is left to a later run.
        """
        with self._lock:
            try:
                check_free(self._folder, _size_of(self._folder))
            except DiskFull as error:
                _log.warning("the index was not optimized, which its next update does: %s", error)
            else:
                self._run(self._shard.optimize)
            self._run(self._shard.flush)
            self._run(self._words.settle)
            if self._deleted:
                self._shard.close()
                self._shard = _engine(self._folder, lambda: edge.EdgeShard.load(str(self._folder)))
                self._deleted = False

    def close(self) -> None:
        """See Index."""
        with self._lock:
            self._run(self._shard.close)
            self._run(self._words.close)

    def _record(self, fingerprint: Fingerprint) -> None:
        payload = {points.KIND: points.FINGERPRINT, **fingerprint.to_payload()}
        self._upsert([edge.Point(points.FINGERPRINT_POINT, {}, payload)])

    def _upsert(self, batch: list[edge.Point]) -> None:
        self._update(edge.UpdateOperation.upsert_points(batch))

    def _retrieve(self, point: str) -> list[dict[str, Any]]:
        """Return the payload of a point, or nothing."""
        found = self._run(lambda: self._shard.retrieve([point], with_payload=True, with_vector=False))
        return [record.payload or {} for record in found]

    def _delete(self, chunks: edge.Filter) -> None:
        with self._lock:
            self._deleted = True
            self._remove(chunks)

    def _remove(self, matching: edge.Filter) -> None:
        """Remove points; ones without vectors do not count in the IDF. Raises DiskFull."""
        check_free(self._folder, 0, REMOVAL_BYTES)
        self._update(edge.UpdateOperation.delete_points_by_filter(matching))

    def _update(self, operation: edge.UpdateOperation) -> None:
        with self._lock:
            self._chunks = None
            self._run(lambda: self._shard.update(operation))

    def _run(self, call: Callable[[], Result]) -> Result:
        return _engine(self._folder, call)


def _engine(folder: Path, call: Callable[[], Result]) -> Result:
    """Run one call of the engine; its bare exceptions become an IndexFault that names the place."""
    try:
        return call()
    except DiskFull:
        raise
    except Exception as error:
        raise IndexFault(
            f"The embedded index in {folder} failed: {error}. Another process may hold it, or the disk may be full. "
            "If it is damaged, delete the folder and ingest again."
        ) from error


def _size_of(folder: Path) -> int:
    """Return the bytes that the files below a folder take on the disk."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def _of(kind: str, document_id: str) -> list[edge.FieldCondition]:
    return [
        edge.FieldCondition(points.KIND, match=edge.MatchValue(kind)),
        edge.FieldCondition("document_id", match=edge.MatchValue(document_id)),
    ]


def _filter(wanted: SearchFilter) -> edge.Filter | None:
    fields = {"document_id": wanted.document_ids, "source": wanted.sources}
    must = [edge.FieldCondition(key, match=edge.MatchAny(list(values))) for key, values in fields.items() if values]
    return edge.Filter(must=[*must]) if must else None


def _sparse(vector: SparseVector) -> edge.SparseVector:
    return edge.SparseVector(list(vector.indices), list(vector.values))
