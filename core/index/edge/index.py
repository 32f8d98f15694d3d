"""The embedded index: Qdrant Edge, the Qdrant engine in this process.

One process holds a shard at a time (`core/index/lock.py` says which). Acknowledged writes survive SIGKILL: they
are in the write-ahead log. Queries release the interpreter's lock in part.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

import qdrant_edge as edge

from core.disk import REMOVAL_BYTES, check_free
from core.errors import DiskFull
from core.index import points
from core.index.edge.config import chunk_shard, keyword_index
from core.index.edge.reads import EdgeReads
from core.index.edge.shard import Shard, chunks_under, condition, engine_call, sparse
from core.index.edge.words import EdgeWords
from core.index.fingerprint import ADOPTED, Fingerprint, records_domain
from core.index.view import View
from core.permissions import Readers
from core.types import Document, DocumentRecord, EmbeddedChunk, PassageVectors

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
_SEALED_CHUNKS = 5000
"""Chunks that are kept in memory (25 MB) before they are sealed, which keeps the interpreter's lock for 0.7 s."""
_log = logging.getLogger("groundwork")


class EdgeIndex:
    """One shard on disk."""

    def __init__(self, shard: edge.EdgeShard, words: EdgeWords, folder: Path) -> None:
        self._shard = Shard(shard, folder)
        self._words = words
        self._reads = EdgeReads(self._shard, words)
        self._folder = folder
        self._deleted = False
        self._regrouped = False
        self._passages_indexed = False
        self._unsealed = 0

    @property
    def folder(self) -> Path:
        """Return the folder of the shard."""
        return self._folder

    @classmethod
    def create(cls, folder: Path, fingerprint: Fingerprint) -> Self:
        """Make an empty shard in `folder`, which must not contain one."""
        check_free(folder.parent, _NEW_BYTES)
        folder.mkdir(parents=True, exist_ok=True)
        config = chunk_shard(fingerprint.dimension)
        shard = engine_call(folder, lambda: edge.EdgeShard.create(str(folder), config))
        index = cls(shard, engine_call(folder, lambda: EdgeWords.create(folder / _WORDS)), folder)
        for field in points.INDEXED_FIELDS:
            index._shard.update(keyword_index(field))
        index._index_complete()
        index._record(fingerprint)
        return index

    @classmethod
    def load(cls, folder: Path, fingerprint: Fingerprint) -> EdgeIndex:
        """Open the shard in `folder`. Raises FingerprintMismatch or DomainMismatch when it was made otherwise."""
        shard = engine_call(folder, lambda: edge.EdgeShard.load(str(folder)))
        try:
            found = engine_call(
                folder, lambda: shard.retrieve([points.FINGERPRINT_POINT], with_payload=True, with_vector=False)
            )
            stored = (found[0].payload or {}) if found else {}
            # Before the words: an index of an earlier version has none, and its fingerprint says how to rebuild it.
            fingerprint.check(stored, str(folder), "Set GROUNDWORK_DATA_DIR to a directory of its own")
            index = cls(shard, engine_call(folder, lambda: EdgeWords.load(folder / _WORDS)), folder)
        except Exception:
            shard.close()
            raise
        if not records_domain(stored):
            _log.warning(ADOPTED, folder, fingerprint.domain)
            index._record(fingerprint)
        # An index from before documents were counted has none.
        index._index_complete()
        return index

    def visible_to(self, readers: Readers) -> View:
        """See Index."""
        return View(self._reads, readers)

    def records(self) -> list[DocumentRecord]:
        """See WritableIndex."""
        return self._reads.records()

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """See Index. Raises DiskFull, too."""
        units = sum(len(chunk.sentences) for chunk in chunks)
        check_free(self._folder, _CHUNK_BYTES * len(chunks) + _SENTENCE_BYTES * units)
        words = points.terms_of(item.chunk for item in chunks)
        # Words first: a run that is killed between the two does not write these chunks again.
        self._shard.run(lambda: self._words.write(words))
        for batch in points.batches(chunks):
            self._upsert(
                [
                    edge.Point(
                        item.chunk.id,
                        {
                            points.DENSE: item.dense.tolist(),
                            points.BM25: sparse(item.sparse),
                            points.SENTENCES: item.sentences.tolist(),
                        },
                        points.chunk_payload(item),
                    )
                    for item in batch
                ]
            )
        self._seal_after(len(chunks))

    def vectors_of(self, passages: Collection[str]) -> dict[str, PassageVectors]:
        """See WritableIndex."""
        if not self._passages_indexed:
            # An index of an earlier version has no index of the field; where there is one, this costs nothing.
            self._shard.update(keyword_index(points.PASSAGE))
            self._passages_indexed = True
        return self._reads.vectors_of(passages)

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        """See Index. Raises DiskFull, too."""
        check_free(self._folder, _CHARACTER_BYTES * len(document.text) if document else 0)
        for part, payload in points.text_parts(document).items() if document else ():
            self._upsert([edge.Point(part, {}, payload)])
        payload = points.record_payload(record, document)
        self._upsert([edge.Point(points.document_point(record.id), {}, payload)])
        if document is not None:
            this_content = condition("content_hash", document.content_hash)
            self._remove(edge.Filter(must=[*_of(points.TEXT, record.id)], must_not=[this_content]))

    def stored_points(self) -> Iterator[points.StoredPoint]:
        """See Index."""
        found = self._shard.stored(edge.Filter(must_not=[condition(points.KIND, points.FINGERPRINT)]))
        return (points.stored_point(point.id, point.payload, point.vector) for point in found)

    def write_points(self, stored: Iterable[points.StoredPoint]) -> None:
        """See Index. Raises DiskFull, too."""
        for batch in points.point_batches(stored):
            check_free(self._folder, sum(map(_bytes_of, batch)))
            words = points.terms_of_points(batch)
            self._shard.run(lambda words=words: self._words.write(words))  # type: ignore[misc]
            self._upsert(
                [edge.Point(point.id, points.vectors_of(point, sparse), dict(point.payload)) for point in batch]
            )
            self._seal_after(len(batch))

    def forget_hash(self, document_id: str) -> None:
        """See Index. Raises DiskFull, too."""
        check_free(self._folder, 0)
        self._shard.update(edge.UpdateOperation.set_payload([points.document_point(document_id)], {"content_hash": ""}))

    def change_source(self, old: str, new: str) -> None:
        """See WritableIndex. Raises DiskFull, too."""
        check_free(self._folder, 0)
        # The records last: as long as one has the old source, the next run sees what is left to do.
        for kind in (points.CHUNK, points.DOCUMENT):
            of_source = edge.Filter(must=[condition(points.KIND, kind), condition("source", old)])
            self._shard.update(edge.UpdateOperation.set_payload_by_filter(of_source, {"source": new}))

    def change_groups(self, document_id: str, groups: frozenset[str]) -> None:
        """See Index. Raises DiskFull, too."""
        check_free(self._folder, 0)
        readers = {points.READERS: points.readers_of(groups)}
        self._regrouped = True
        # The record last: after a run that is killed between the two it has the old groups, and the next run goes on.
        chunks = edge.Filter(must=[*_of(points.CHUNK, document_id)])
        self._shard.update(edge.UpdateOperation.set_payload_by_filter(chunks, readers))
        self._shard.update(edge.UpdateOperation.set_payload([points.document_point(document_id)], readers))

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        """See Index."""
        self._delete(
            edge.Filter(
                must=[*_of(points.CHUNK, document_id)],
                must_not=[condition("content_hash", except_hash)],
            )
        )

    def remove_document(self, document_id: str) -> None:
        """See Index."""
        self._delete(edge.Filter(must=[*_of(points.CHUNK, document_id)]))
        with self._shard.lock:
            self._shard.update(edge.UpdateOperation.delete_points([points.document_point(document_id)]))
            self._remove(edge.Filter(must=[*_of(points.TEXT, document_id)]))

    def chunks_written(self, document_id: str, content_hash: str) -> int:
        """See Index."""
        this_content = condition("content_hash", content_hash)
        only = edge.Filter(must=[*_of(points.CHUNK, document_id), this_content])
        return points.first_chunks(point.payload for point in self._shard.scroll(only, ["ordinal"]))

    def settle(self) -> None:
        """See Index. Deleted points still count in the IDF until the shard is loaded again.

        Optimizing copies parts of the index; without the space for that it is left to a later run.
        """
        with self._shard.lock:
            if self._regrouped:
                self._rewrite_words()
                self._regrouped = False
            self._seal()
            if self._deleted:
                self._shard.reload()
                self._deleted = False

    def close(self) -> None:
        """See Index."""
        with self._shard.lock:
            self._shard.run(self._shard.engine.close)
            self._shard.run(self._words.close)

    def _seal_after(self, written: int) -> None:
        """Count points that were written, and keep those of _SEALED_CHUNKS in files instead of memory."""
        with self._shard.lock:
            self._unsealed += written
            if self._unsealed >= _SEALED_CHUNKS:
                self._seal()

    def _seal(self) -> None:
        try:
            check_free(self._folder, _size_of(self._folder))
        except DiskFull as error:
            _log.warning("the index was not optimized, which its next update does: %s", error)
        else:
            self._shard.run(self._shard.engine.optimize)
        # Until then the engine keeps the segments that optimize() has replaced.
        self._shard.run(self._shard.engine.flush)
        self._shard.run(self._words.settle)
        self._unsealed = 0

    def _rewrite_words(self) -> None:
        """Bring the words in line with the chunks and their groups. Raises DiskFull."""
        selected = edge.PayloadSelector.Exclude([points.SENTENCE_VECTORS])
        found = self._shard.scroll(chunks_under(None), selected)
        words = points.terms_of(points.chunk_from(point.payload or {}) for point in found)
        self._shard.run(lambda: self._words.replace(words))

    def _index_complete(self) -> None:
        self._shard.update(edge.UpdateOperation.create_field_index(points.COMPLETE, edge.PayloadSchemaType.Bool))

    def _record(self, fingerprint: Fingerprint) -> None:
        payload = {points.KIND: points.FINGERPRINT, **fingerprint.to_payload()}
        self._upsert([edge.Point(points.FINGERPRINT_POINT, {}, payload)])

    def _upsert(self, batch: list[edge.Point]) -> None:
        self._shard.update(edge.UpdateOperation.upsert_points(batch))

    def _delete(self, chunks: edge.Filter) -> None:
        with self._shard.lock:
            self._deleted = True
            self._remove(chunks)

    def _remove(self, matching: edge.Filter) -> None:
        """Remove points; ones without vectors do not count in the IDF. Raises DiskFull."""
        check_free(self._folder, 0, REMOVAL_BYTES)
        self._shard.update(edge.UpdateOperation.delete_points_by_filter(matching))


def _bytes_of(point: points.StoredPoint) -> int:
    """Return the bytes that a point takes, in the log and in its place."""
    if point.dense is None:
        return _CHARACTER_BYTES * len(point.payload.get("text", ""))
    return _CHUNK_BYTES + _SENTENCE_BYTES * (0 if point.sentences is None else len(point.sentences))


def _size_of(folder: Path) -> int:
    """Return the bytes that the files below a folder take on the disk."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def _of(kind: str, document_id: str) -> list[edge.FieldCondition]:
    return [condition(points.KIND, kind), condition("document_id", document_id)]
