"""The protocols of an index and of the store of its generations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from core.index.fingerprint import Fingerprint
from core.index.points import RecordPage, StoredPoint
from core.permissions import Readers
from core.types import Chunk, Document, DocumentRecord, EmbeddedChunk, Hit, HybridQuery, PassageVectors


class WritableIndex(Protocol):
    """What an ingestion needs of an index. Every method raises IndexFault when the engine fails."""

    def records(self) -> list[DocumentRecord]:
        """Return the records of all documents, ordered by id, for the ingestion: whatever their groups are."""
        ...

    def write_chunks(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """Insert or overwrite chunks by id, and add their words to those that `similar_words` finds."""
        ...

    def vectors_of(self, passages: Collection[str]) -> dict[str, PassageVectors]:
        """Return the vectors of chunks with these passages (`Chunk.passage`), by passage; those not there are left out.

        What is written with them is stored as it was: reading and writing vectors again changes no bit.
        """
        ...

    def chunks_written(self, document_id: str, content_hash: str) -> int:
        """Return how many of the first chunks of this content of a document the index has: up to a missing one."""
        ...

    def write_document(self, record: DocumentRecord, document: Document | None) -> None:
        """Insert or overwrite the record of a document; `document` is None while its chunks are being written."""
        ...

    def forget_hash(self, document_id: str) -> None:
        """Empty the content hash in the record of a document, whose text is still served."""
        ...

    def change_groups(self, document_id: str, groups: frozenset[str]) -> None:
        """Change the groups of a document and of its chunks, whose vectors stay.

        The words that it has for other readers are there until `settle`.
        """
        ...

    def remove_chunks(self, document_id: str, *, except_hash: str) -> None:
        """Remove the document's chunks of every content hash but `except_hash`."""
        ...

    def remove_document(self, document_id: str) -> None:
        """Remove the document's chunks, then its record and its text."""
        ...

    def settle(self) -> None:
        """Flush, optimize, and drop deleted points and the words of changed groups: the end of a run that wrote."""
        ...

    def close(self) -> None:
        """Release the files or the connection."""
        ...


class Index(WritableIndex, Protocol):
    """One generation of the index. To read it, say on whose behalf: `visible_to`."""

    def visible_to(self, readers: Readers) -> IndexView:
        """Return the index as these readers see it. It costs nothing; make one for each request."""
        ...

    def change_source(self, old: str, new: str) -> None:
        """Make the documents of the source `old` those of the source `new`. Their ids and vectors stay."""
        ...

    def stored_points(self) -> Iterator[StoredPoint]:
        """Yield every point of every document, in the order of their ids, a few hundred in memory at a time.

        What is written meanwhile may be among them or not.
        """
        ...

    def write_points(self, stored: Iterable[StoredPoint]) -> None:
        """Insert or overwrite points of another index with the same fingerprint, and the words of its chunks."""
        ...


class IndexView(Protocol):
    """An index without the documents that somebody may not read. Every method raises IndexFault when the engine fails.

    Nothing that it returns depends on those documents: no hit, score, IDF, word or count.
    """

    @property
    def generation(self) -> str:
        """Identifies the generation of the index in this process."""
        ...

    @property
    def restriction(self) -> frozenset[str] | None:
        """The groups of which a document must have one, unless it has none; None where every document is visible.

        Readers with the same restriction see the same documents.
        """
        ...

    def search(self, query: HybridQuery, limit: int) -> list[Hit]:
        """Return the `limit` best hits by rank fusion, the best first; equal scores are ordered by chunk id.

        With `query.by_sentences` the fused candidates are ordered by MaxSim instead.
        """
        ...

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks with these ids, in their order; ids that are not visible or not there are left out.

        The ids of a chunk's neighbours follow from `core.types.chunk_id`.
        """
        ...

    def term_idf(self, tokens: Sequence[int]) -> Mapping[int, float]:
        """Return the engine's IDF of each BM25 token; a token that no chunk has gets the largest."""
        ...

    def similar_words(self, word: str, limit: int) -> list[str]:
        """Return the words of the chunks that are spelled most like `word`, the most similar first.

        Words of removed chunks may be among them, until the index is rebuilt.
        """
        ...

    def records(self) -> list[DocumentRecord]:
        """Return the records of the documents, ordered by id."""
        ...

    def record_page(self, begin: str | None, limit: int) -> RecordPage:
        """Return the records of the complete ones of the next `limit` documents, without listing the others.

        The first page begins at None, each further one at `RecordPage.following`. What is written meanwhile may be
        among them or not.
        """
        ...

    def records_of(self, document_ids: Sequence[str]) -> list[DocumentRecord]:
        """Return the records of the documents with these ids that are there, ordered by id."""
        ...

    def document(self, document_id: str) -> Document | None:
        """Return the parsed document; None when there is none, or when not all of its chunks are written."""
        ...

    def chunk_count(self) -> int:
        """Return the number of chunks."""
        ...

    def document_count(self) -> int:
        """Return the number of documents whose chunks are all written."""
        ...


IndexT = TypeVar("IndexT", bound=WritableIndex)


class Generations(Protocol[IndexT]):
    """What a rebuild needs of a store."""

    def begin_rebuild(self) -> IndexT:
        """Make an empty generation beside the current one, which still answers."""
        ...

    def finish_rebuild(self, rebuilt: IndexT) -> None:
        """Make `rebuilt` the current generation in one step; keep the one before and remove older ones."""
        ...

    def abandon_rebuild(self, rebuilt: IndexT) -> None:
        """Close and remove a generation that does not become the current one. Raises IndexFault."""
        ...


class IndexStore(Generations[Index], Protocol):
    """The generations of an index: a folder, or a Qdrant server."""

    @property
    def place(self) -> str:
        """Return the folder or URL, for messages."""
        ...

    @property
    def fingerprint(self) -> Fingerprint:
        """Return what the generations are made with."""
        ...

    def exists(self) -> bool:
        """Whether there is a generation, which `open` would open. Raises IndexFault."""
        ...

    def open(self) -> Index:
        """Open the current generation; make one when there is none.

        Raise FingerprintMismatch, IndexLocked or IndexFault.
        """
        ...

    @property
    def is_shared(self) -> bool:
        """Whether another process may make another generation the current one while this one has it open."""
        ...

    def is_current(self, index: Index) -> bool:
        """Whether an open generation is still the current one. Raises IndexFault."""
        ...

    def roll_back(self) -> Index:
        """Make the generation before the current one current again, in one step, and open it.

        The one that was current stays: a second call goes back to it. Raises IndexFault where there is no other, and
        FingerprintMismatch or DomainMismatch for one that was made otherwise; nothing is changed then.
        """
        ...
