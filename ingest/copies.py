"""Copies: documents of a source with the content and the groups of another document of it, the original.

The same content with other groups is a document of its own: a person who may read only one of the two must not learn
of the other. The original has the chunks; the records of its copies name it. Copies come last, when it is known whether
the original still has the content; where it has not, a copy is written as a document of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import DocumentError, UnreadablePermissions
from core.types import Document, DocumentRecord
from ingest.documents import Run, parsed_document, readable_name
from ingest.listing import Listing
from ingest.permissions import groups_of
from ingest.sources import RawDocument, Source, SourceItem
from ingest.write import record_of


@dataclass(frozen=True, slots=True)
class Copy:
    """An item with the content of another document of its source, if that document still has it."""

    source: Source
    item: SourceItem


class Originals:
    """The first document of each content, groups and source: those of the index, then those that the run reads."""

    def __init__(self, records: Iterable[DocumentRecord]) -> None:
        self._ids: dict[tuple[str, str, frozenset[str]], str] = {}
        for record in records:
            if record.complete and record.same_as is None:
                self.add(record.source, record.content_hash, record.groups, record.id)

    def add(self, source: str, content_hash: str, groups: frozenset[str], document_id: str) -> None:
        """Add a document, unless there is one of this content and these groups."""
        self._ids.setdefault((source, content_hash, groups), document_id)

    def of_copy(self, source: str, content_hash: str, groups: frozenset[str], document_id: str) -> str | None:
        """Return the other document with this content and groups; None where there is none, or where it is this one."""
        found = self._ids.get((source, content_hash, groups))
        return None if found == document_id else found


def settle_copies(copies: Sequence[Copy], listing: Listing, before: Mapping[str, DocumentRecord], run: Run) -> None:
    """Write the records of the copies; one whose original has gone or changed is written as a document of its own.

    `before` are the records from the beginning of the run.
    """
    if not copies and not any(record.same_as for record in before.values()):
        return
    records = {record.id: record for record in run.index.records()}
    gone = {record.id for source in listing.listed for record in listing.vanished(source, records.values())}
    # A document that has become a copy itself is none to refer to: two files may have exchanged their contents.
    changed = {copy.item.document_id for copy in copies}
    originals = Originals(record for record in records.values() if record.id not in gone | changed)
    for copy in [*copies, *_orphans(listing, records, originals, gone)]:
        _settle(copy, records, originals, run)


def _settle(copy: Copy, records: dict[str, DocumentRecord], originals: Originals, run: Run) -> None:
    known = records.get(copy.item.document_id)
    try:
        raw = copy.item.read()
        groups = groups_of(copy.item.document_id, raw, run.permissions)
        original = originals.of_copy(copy.source.name, raw.content_hash, groups, copy.item.document_id)
        if original is not None:
            _write_copy(_copy_of(records[original], copy.item, raw), records[original], known, run)
            return
        written = parsed_document(copy.source.name, copy.item, raw, groups, run)
    except UnreadablePermissions as error:
        run.refuse(copy.item, known, error)
        return
    except DocumentError as error:
        if known is not None and known.same_as is not None:
            # Its text was that of a document which has it no more.
            run.index.remove_document(known.id)
            known = None
        run.tally.count_unread(copy.item, known, error)
        return
    run.writer.write(*written, known)
    run.writer.flush()
    originals.add(copy.source.name, raw.content_hash, groups, copy.item.document_id)
    # The copies after it read everything but the number of chunks.
    records[copy.item.document_id] = record_of(written[0], chunks=0, complete=True)


def _orphans(
    listing: Listing, records: Mapping[str, DocumentRecord], originals: Originals, gone: set[str]
) -> Iterator[Copy]:
    """Yield the copies that this run did not list and whose original has lost the content in it."""
    sources = {source.name: source for source in listing.listed}
    seen = {item.document_id for _, item in listing.items} | gone
    for record in records.values():
        source = sources.get(record.source)
        if source is None or record.same_as is None or record.id in seen:
            continue
        if originals.of_copy(record.source, record.content_hash, record.groups, record.id) is None:
            item = source.item(record.id)
            if item is not None:
                yield Copy(source, item)


def _copy_of(original: DocumentRecord, item: SourceItem, raw: RawDocument) -> Document:
    """Return a document that names its original. A title from the content is that of both."""
    names_itself = original.name != readable_name(original.id)
    return Document(
        id=item.document_id,
        name=raw.title or (original.name if names_itself else readable_name(item.document_id)),
        source=original.source,
        text="",
        content_hash=raw.content_hash,
        url=raw.url,
        same_as=original.id,
        groups=original.groups,
    )


def _write_copy(copy: Document, original: DocumentRecord, known: DocumentRecord | None, run: Run) -> None:
    record = replace(record_of(copy, chunks=0, complete=True), characters=original.characters, same_as=original.id)
    if record == known:
        run.tally.unchanged += 1
        return
    if known is not None and not (known.same_as and known.content_hash):
        # The chunks first: a record of a copy promises that there are none. One without a hash may have some: a run
        # that made it a document of its own was interrupted.
        run.index.remove_chunks(copy.id, except_hash="")
    run.index.write_document(record, copy)
    run.tally.complete(known)
