"""Write documents into an index, a window of chunks at a time: however long a document is, memory stays bounded.

A run that is killed at any moment is finished by the next, with nothing lost or doubled:

- A new document's record is written first, marked incomplete; then its chunks; then the record marked complete.
- A changed document's record loses its hash first; then the new chunks are written before the old ones are removed,
  and its record last. Chunk ids are derived from content and position, so that writing a chunk twice writes it once.

A text that the index has, in whatever document, is not embedded again: its vectors are copied. So a file that was moved
costs no embedding, and an edited one that of the chunks that changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.embedding import Embedder
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.index import Bm25Encoder, WritableIndex
from core.types import Chunk, Document, DocumentRecord, EmbeddedChunk, PassageVectors
from ingest.blocks import Block
from ingest.chunk import ChunkSize, chunk_document
from ingest.progress import Meter

WINDOW_CHUNKS = 512
"""Chunks embedded and written together: enough to batch by length, few enough to lose little when killed."""
_WINDOW_CHARACTERS = 500 * WINDOW_CHUNKS
"""Of the documents that wait for their last chunks. A chunk has about 500 characters."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """A document whose last chunk is in the window; `known` is its record from before the run."""

    document: Document
    known: DocumentRecord | None
    chunks: int


class DocumentWriter:
    """One window of chunks. `completed` is called with the record from before for each document that is complete."""

    def __init__(
        self,
        index: WritableIndex,
        embedder: Embedder,
        sparse: Bm25Encoder,
        meter: Meter,
        completed: Callable[[DocumentRecord | None], None],
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._sparse = sparse
        self._size = ChunkSize.for_embedder(embedder)
        self._meter = meter
        self._completed = completed
        self._chunks: list[Chunk] = []
        self._ending: list[_Ending] = []
        self.reused = 0
        self.written = 0
        """Chunks that were written; the vectors of those `reused` were there before."""

    def write(self, document: Document, blocks: Sequence[Block], known: DocumentRecord | None) -> None:
        """Write a document. Its last chunks may wait in the window for those of the next ones."""
        announce(document, known, self._index)
        written = _chunks_of_killed_run(document, known, self._index)
        count = end = 0
        for chunk in chunk_document(document, blocks, self._embedder.count_tokens, self._size):
            self._meter.chunk(chunk.end - end, is_written=count < written)
            if count >= written:
                self._chunks.append(chunk)
            count, end = count + 1, chunk.end
            if len(self._chunks) == WINDOW_CHUNKS:
                self._write_chunks()
        self._meter.end_document(len(document.text) - end)
        self._ending.append(_Ending(document, known, count))
        if sum(len(ending.document.text) for ending in self._ending) > _WINDOW_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Write the chunks of the window, and complete the documents that end in it."""
        self._write_chunks()
        for ending in self._ending:
            complete(ending.document, ending.known, ending.chunks, self._index)
            self._completed(ending.known)
        self._ending.clear()

    def _write_chunks(self) -> None:
        if not self._chunks:
            return
        embedded = self._embedded()
        self._meter.begin("writing")
        self._index.write_chunks(embedded)
        self.written += len(embedded)
        self._chunks.clear()

    def _embedded(self) -> list[EmbeddedChunk]:
        self._meter.begin("embedding")
        embedded, reused = embed_chunks(self._chunks, self._index, self._embedder, self._sparse, self._meter.embed)
        self.reused += reused
        self._meter.embed(reused)
        return embedded


def embed_chunks(
    chunks: Sequence[Chunk],
    index: WritableIndex,
    embedder: Embedder,
    sparse: Bm25Encoder,
    report: ReportEmbedded = ignore_embedded,
) -> tuple[list[EmbeddedChunk], int]:
    """Return chunks with their vectors, and how many got those of an equal text.

    Each text is embedded once, if it is not in the index. `report` is called for what is embedded.
    """
    passages = [chunk.passage for chunk in chunks]
    distinct = dict(zip(passages, chunks, strict=True))
    vectors = index.vectors_of(distinct)
    new = {passage: chunk for passage, chunk in distinct.items() if passage not in vectors}
    vectors |= _vectors_of(new, embedder, report)
    embedded = [
        EmbeddedChunk(chunk, found.dense, sparse.document(chunk.searchable_text), found.sentences, found.packed)
        for chunk, found in zip(chunks, map(vectors.__getitem__, passages), strict=True)
    ]
    return embedded, len(passages) - len(new)


def _vectors_of(chunks: Mapping[str, Chunk], embedder: Embedder, report: ReportEmbedded) -> dict[str, PassageVectors]:
    """Return the vectors of chunks by their passages."""
    if not chunks:
        return {}
    texts, spans = zip(*(chunk.searchable_sentences for chunk in chunks.values()), strict=True)
    dense, sentences = embedder.embed_units(texts, spans, report)
    return {
        passage: PassageVectors(vector, of_units)
        for passage, vector, of_units in zip(chunks, dense, sentences, strict=True)
    }


def announce(document: Document, known: DocumentRecord | None, index: WritableIndex) -> None:
    """Write a record without a hash, which never counts as unchanged, before the first chunk is written.

    Otherwise a file that is put back to its earlier version after a killed run would keep the chunks of both versions.
    The earlier text of a changed document is served until the new one is complete.
    """
    if known is None:
        index.write_document(record_of(document, chunks=0, complete=False), None)
    elif known.content_hash:
        index.forget_hash(document.id)


def complete(document: Document, known: DocumentRecord | None, chunks: int, index: WritableIndex) -> None:
    """Remove the chunks of an earlier version of a document whose chunks are all written, and write its record."""
    if known is not None:
        index.remove_chunks(document.id, except_hash=document.content_hash)
    index.write_document(record_of(document, chunks=chunks, complete=True), document)


def _chunks_of_killed_run(document: Document, known: DocumentRecord | None, index: WritableIndex) -> int:
    """Return how many of the first chunks of this content a killed run has written."""
    if known is None or known.content_hash:
        return 0
    return index.chunks_written(document.id, document.content_hash)


def record_of(document: Document, *, chunks: int, complete: bool) -> DocumentRecord:
    """Return the record of a document. An incomplete one has no hash: it must never count as unchanged."""
    record = DocumentRecord(
        id=document.id,
        name=document.name,
        source=document.source,
        content_hash=document.content_hash,
        chunks=chunks,
        characters=len(document.text),
        complete=complete,
        url=document.url,
        groups=document.groups,
    )
    return record if complete else replace(record, content_hash="")
