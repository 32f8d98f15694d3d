"""Read an index on behalf of somebody: the documents that they may not read are as if they were not there.

Every read of an index goes through a `View`. It restricts the search, the words and the counts in the engine, with the
IDF of the documents that are visible, so that neither a score nor a rank depends on others; and it checks each point
that comes back once more, because a document may have been restricted since the view was made.

Where no document has groups nothing is restricted, and a search costs what it costs without permissions.

Not covered: the order of chunks with equal scores within one of the two rankings, which is the engine's own and may
depend on where other points are stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from core.index.points import RecordPage, Restriction
from core.permissions import Readers
from core.types import Chunk, Document, DocumentRecord, Hit, HybridQuery


class Reads(Protocol):
    """What a backend reads for a view. Every method raises IndexFault when the engine fails."""

    @property
    def generation(self) -> str:
        """Identifies the generation in this process."""
        ...

    def groups(self) -> frozenset[str]:
        """Return the groups that documents of the index have."""
        ...

    def search(self, query: HybridQuery, limit: int, only: Restriction) -> list[Hit]:
        """Return the best hits under a restriction, by scores that depend on the points under it alone."""
        ...

    def term_idf(self, tokens: Sequence[int], only: Restriction) -> Mapping[int, float]:
        """Return the IDF of tokens among the chunks under a restriction."""
        ...

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks with these ids."""
        ...

    def similar_words(self, word: str, limit: int, only: Restriction) -> list[str]:
        """Return the words of chunks under a restriction that are spelled most like `word`."""
        ...

    def records(self) -> list[DocumentRecord]:
        """Return the records of all documents, ordered by id."""
        ...

    def record_page(self, only: Restriction, begin: str | None, limit: int) -> RecordPage:
        """Return the complete ones of the next `limit` documents under a restriction: from the point `begin` on.

        The engine reads no others.
        """
        ...

    def records_of(self, document_ids: Sequence[str]) -> list[DocumentRecord]:
        """Return the records of the documents with these ids that are there, ordered by id."""
        ...

    def is_visible(self, document_id: str, readers: Readers) -> bool:
        """Say whether there is a document with this id that may be read, without reading its text."""
        ...

    def document(self, document_id: str) -> Document | None:
        """Return the parsed document; None where there is none, or while it is incomplete."""
        ...

    def chunk_count(self, only: Restriction) -> int:
        """Return the number of chunks under a restriction."""
        ...

    def document_count(self, only: Restriction) -> int:
        """Return the number of complete documents under a restriction."""
        ...


class View:
    """See `core.index.IndexView`. A view serves one request: what it is restricted to is found out once."""

    def __init__(self, reads: Reads, readers: Readers) -> None:
        self._reads = reads
        self._readers = readers
        self._only: Restriction = None
        self._is_decided = readers.everything

    @property
    def generation(self) -> str:
        """See IndexView."""
        return self._reads.generation

    @property
    def restriction(self) -> Restriction:
        """See IndexView."""
        if not self._is_decided:
            groups = self._reads.groups()
            self._only = self._readers.groups & groups if groups else None
            self._is_decided = True
        return self._only

    def search(self, query: HybridQuery, limit: int) -> list[Hit]:
        """See IndexView."""
        found = self._reads.search(query, limit, self.restriction)
        return [hit for hit in found if self._readers.may_read(hit.chunk.groups)]

    def term_idf(self, tokens: Sequence[int]) -> Mapping[int, float]:
        """See IndexView."""
        return self._reads.term_idf(tokens, self.restriction)

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """See IndexView."""
        return [chunk for chunk in self._reads.chunks(ids) if self._readers.may_read(chunk.groups)]

    def similar_words(self, word: str, limit: int) -> list[str]:
        """See IndexView."""
        return self._reads.similar_words(word, limit, self.restriction)

    def records(self) -> list[DocumentRecord]:
        """See IndexView."""
        return [record for record in self._reads.records() if self._readers.may_read(record.groups)]

    def record_page(self, begin: str | None, limit: int) -> RecordPage:
        """See IndexView."""
        page = self._reads.record_page(self.restriction, begin, limit)
        return replace(page, records=tuple(one for one in page.records if self._readers.may_read(one.groups)))

    def records_of(self, document_ids: Sequence[str]) -> list[DocumentRecord]:
        """See IndexView."""
        found = self._reads.records_of(document_ids)
        return [record for record in found if self._readers.may_read(record.groups)]

    def document(self, document_id: str) -> Document | None:
        """See IndexView. The text of a document that may not be read is not read: that would take its time."""
        if not self._reads.is_visible(document_id, self._readers):
            return None
        found = self._reads.document(document_id)
        return found if found is not None and self._readers.may_read(found.groups) else None

    def chunk_count(self) -> int:
        """See IndexView."""
        return self._reads.chunk_count(self.restriction)

    def document_count(self) -> int:
        """See IndexView."""
        return self._reads.document_count(self.restriction)
