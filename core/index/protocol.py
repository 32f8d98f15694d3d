"""What the code asks of an index, and of the place where its generations live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.types import Document, DocumentRecord, EmbeddedChunk, Hit, HybridQuery


class Index(Protocol):
    """One generation of the index. Every method raises IndexFault when the engine fails."""

    def search(self, query: HybridQuery, limit: int) -> list[Hit]:
        """The `limit` best chunks by rank fusion, best first; equal scores ordered by chunk id."""
        ...

    def term_idf(self, tokens: Sequence[int]) -> Mapping[int, float]:
        """The engine's inverse document frequency of each BM25 token; the largest for a token it never saw."""
        ...

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """Insert or overwrite chunks by id."""
        ...

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        """Insert or overwrite the record of a document; `document` is None while its chunks are being written."""
        ...

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        """Remove the document's chunks of every content but this one."""
        ...

    def remove_document(self, document_id: str) -> None:
        """Remove the document's chunks, then its record."""
        ...

    def records(self) -> list[DocumentRecord]:
        """Every document's record, ordered by id."""
        ...

    def document(self, document_id: str) -> Document | None:
        """The parsed document, or None when there is none, or when its chunks are not all written."""
        ...

    def chunk_count(self) -> int:
        """Number of chunks."""
        ...

    def settle(self) -> None:
        """Called at the end of a run that wrote: flush, optimize, and forget deleted points."""
        ...

    def close(self) -> None:
        """Release the files or the connection."""
        ...


class IndexStore(Protocol):
    """Where the generations of an index live."""

    @property
    def place(self) -> str:
        """The folder or URL, for messages."""
        ...

    def open(self) -> Index:
        """The current generation, made when there is none. Raises FingerprintMismatch, IndexLocked or IndexFault."""
        ...

    def begin_rebuild(self) -> Index:
        """An empty generation aside of the current one, which goes on answering."""
        ...

    def finish_rebuild(self, rebuilt: Index) -> None:
        """Make `rebuilt` the current generation in one step; the one before stays, older ones go."""
        ...
