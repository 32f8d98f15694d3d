"""A run of the ingestion: list, compare, parse, chunk, embed, write, remove.

A run that is killed at any moment is finished by the next, with nothing lost or doubled: see `ingest/write.py`. A
vanished document's chunks are removed before its record.

Of the documents of a source with the same content, one, the original, has the chunks; the records of the others, its
copies, name it. Copies come last, when it is known whether the original still has the content; where it has not, a copy
is written as a document of its own.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from core.domain import Parsing
from core.embedding import Embedder
from core.errors import DocumentError, SourceUnavailable, UnsupportedDocument
from core.index import Bm25Encoder, Fingerprint, Generations, WritableIndex
from core.index.protocol import IndexT
from core.types import Document, DocumentRecord
from ingest.blocks import Block
from ingest.chunk import CHUNKER_VERSION, ChunkSize
from ingest.parse import PARSER_VERSION, Parser
from ingest.progress import Meter, ReportProgress
from ingest.report import IngestReport, LeftOut, Unread
from ingest.sources import RawDocument, Source, SourceItem, forget_command
from ingest.write import DocumentWriter, record_of


@dataclass(frozen=True, slots=True)
class Stages:
    """The collaborators of a run."""

    parse: Parser
    embedder: Embedder
    sparse: Bm25Encoder


def fingerprint_of(embedder: Embedder, sparse: Bm25Encoder, domain: str, parsing: Parsing | None = None) -> Fingerprint:
    """Return the fingerprint of an index that is made with these, for the domain with this `Domain.identity`."""
    return Fingerprint(
        parser=":".join((PARSER_VERSION, *(parsing or Parsing()).changes)),
        chunker=f"{CHUNKER_VERSION}:{ChunkSize().tokens}",
        embedder=embedder.name,
        dimension=embedder.dimension,
        sparse=sparse.name,
        domain=domain,
    )


@dataclass(slots=True)
class _Tally:
    """The only mutable state of a run."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    chunks: int = 0
    failed: list[Unread] = field(default_factory=list)
    skipped: list[Unread] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def complete(self, known: DocumentRecord | None) -> None:
        """Count a document whose chunks are all written; `known` is its record from before the run."""
        # An incomplete record is a document that an interrupted run began: to its owner it is new.
        is_update = known is not None and known.complete
        self.updated += is_update
        self.created += not is_update

    def report(self, seconds: float) -> IngestReport:
        """Return the counts as a report."""
        return IngestReport(
            created=self.created,
            updated=self.updated,
            unchanged=self.unchanged,
            deleted=self.deleted,
            chunks=self.chunks,
            failed=tuple(self.failed),
            skipped=tuple(self.skipped),
            left_out=tuple(self.left_out),
            seconds=round(seconds, 3),
        )


@dataclass(frozen=True, slots=True)
class _Listing:
    """The items of all sources, the sources that could be listed, and those that could not, each with the reason."""

    items: tuple[tuple[Source, SourceItem], ...]
    listed: tuple[Source, ...]
    unavailable: tuple[tuple[Source, str], ...]


@dataclass(frozen=True, slots=True)
class _Copy:
    """An item with the content of another document of its source, if that document still has it."""

    source: Source
    item: SourceItem


class _Originals:
    """The first document of each content and source: those of the index, then those that the run reads."""

    def __init__(self, records: Iterable[DocumentRecord]) -> None:
        self._ids: dict[tuple[str, str], str] = {}
        for record in records:
            if record.complete and record.same_as is None:
                self.add(record.source, record.content_hash, record.id)

    def add(self, source: str, content_hash: str, document_id: str) -> None:
        """Add a document, unless there is one of this content."""
        self._ids.setdefault((source, content_hash), document_id)

    def of_copy(self, source: str, content_hash: str, document_id: str) -> str | None:
        """Return the other document with this content; None where there is none, or where it is this one."""
        found = self._ids.get((source, content_hash))
        return None if found == document_id else found


def ingest(sources: Sequence[Source], index: WritableIndex, stages: Stages, progress: ReportProgress) -> IngestReport:
    """Bring the index in line with the sources. Documents of other sources are not touched.

    A document that cannot be read is named in the report; if an earlier version of it is in the index, that version
    stays. A source that cannot be listed is named too, and all of its documents stay. Raises ConfigurationError for a
    source that is set up wrongly, before anything is changed.
    """
    began = time.perf_counter()
    tally, meter = _Tally(), Meter(progress)
    meter.begin("listing")
    _bring_in_line(_list_items(sources), index, stages, meter, tally)
    return tally.report(time.perf_counter() - began)


def rebuild(
    sources: Sequence[Source], store: Generations[IndexT], stages: Stages, progress: ReportProgress
) -> tuple[IndexT | None, IngestReport]:
    """Make a new generation from the sources, and switch to it when anything could be read.

    Return the new current generation, or None when nothing could be read and the old one stays. Raises
    SourceUnavailable when a source cannot be listed: the new generation would lack its documents.
    """
    began = time.perf_counter()
    tally, meter = _Tally(), Meter(progress)
    meter.begin("listing")
    listing = _list_items(sources)
    if listing.unavailable:
        source, reason = listing.unavailable[0]
        raise SourceUnavailable(
            f"The index was not rebuilt, because the documents of the source '{source.name}' would be lost: {reason}. "
            f"{_removal(source)}"
        )
    rebuilt = store.begin_rebuild()
    _bring_in_line(listing, rebuilt, stages, meter, tally)
    report = tally.report(time.perf_counter() - began)
    if report.exit_code == 1:
        rebuilt.close()
        return None, report
    store.finish_rebuild(rebuilt)
    return rebuilt, report


def forget(names: Collection[str], index: WritableIndex) -> IngestReport:
    """Remove all documents of the sources with these names from the index."""
    began = time.perf_counter()
    gone = [record for record in index.records() if record.source in names]
    for record in gone:
        index.remove_document(record.id)
    if gone:
        index.settle()
    seconds = round(time.perf_counter() - began, 3)
    return IngestReport(deleted=len(gone), forgotten=tuple(names), seconds=seconds)


def _list_items(sources: Sequence[Source]) -> _Listing:
    items: list[tuple[Source, SourceItem]] = []
    listed: list[Source] = []
    unavailable: list[tuple[Source, str]] = []
    for source in sources:
        try:
            items += [(source, item) for item in source.items()]
            listed.append(source)
        except SourceUnavailable as error:
            unavailable.append((source, error.reason))
    return _Listing(tuple(items), tuple(listed), tuple(unavailable))


def _bring_in_line(listing: _Listing, index: WritableIndex, stages: Stages, meter: Meter, tally: _Tally) -> None:
    meter.list(len(listing.items))
    records = {record.id: record for record in index.records()}
    tally.failed += [_kept(source, reason, records.values()) for source, reason in listing.unavailable]
    owners = {record.id: record.source for record in records.values()}
    originals, copies = _Originals(records.values()), list[_Copy]()
    writer = DocumentWriter(index, stages.embedder, stages.sparse, meter, tally.complete)
    for source, item in listing.items:
        # Two sources of one run may have the same id, too.
        owner = owners.setdefault(item.document_id, source.name)
        known = records.get(item.document_id)
        changed = _read_if_changed(source, item, owner, known, originals, copies, stages.parse, tally)
        meter.read(item.document_id, len(changed[0].text) if changed else 0)
        if changed is not None:
            writer.write(*changed, known)
    writer.flush()
    _settle_copies(copies, listing, records, index, writer, stages.parse, tally)
    tally.chunks = writer.written
    meter.begin("removing")
    _remove_vanished(listing, records, index, tally)
    if tally.chunks or tally.deleted or tally.updated:
        meter.begin("writing")
        index.settle()


def _read_if_changed(
    source: Source,
    item: SourceItem,
    owner: str,
    known: DocumentRecord | None,
    originals: _Originals,
    copies: list[_Copy],
    parse: Parser,
    tally: _Tally,
) -> tuple[Document, Sequence[Block]] | None:
    """Return the parsed document when it is new or changed; else count it, or add it to the copies, and return None."""
    try:
        if owner != source.name:
            raise DocumentError(
                f"a document with this id came from the source '{owner}'; ingest both folders in one command, or, if "
                f"that source is gone, remove its documents: {forget_command(owner)}"
            )
        raw = item.read()
        if originals.of_copy(source.name, raw.content_hash, item.document_id) is not None:
            copies.append(_Copy(source, item))
            return None
        if _is_current(known, raw) and known is not None and known.same_as is None:
            tally.unchanged += 1
            return None
        parsed = _parsed(source, item, raw, parse, tally)
    except DocumentError as error:
        _count_unread(item, known, error, tally)
        return None
    originals.add(source.name, raw.content_hash, item.document_id)
    return parsed


def _is_current(known: DocumentRecord | None, raw: RawDocument) -> bool:
    return known is not None and known.complete and known.content_hash == raw.content_hash


def _count_unread(item: SourceItem, known: DocumentRecord | None, error: DocumentError, tally: _Tally) -> None:
    if isinstance(error, UnsupportedDocument):
        tally.skipped.append(Unread(item.document_id, error.reason))
    else:
        kept = "; the version from before stays in the index" if known is not None and known.complete else ""
        tally.failed.append(Unread(item.document_id, error.reason + kept))


def _parsed(
    source: Source, item: SourceItem, raw: RawDocument, parse: Parser, tally: _Tally
) -> tuple[Document, Sequence[Block]]:
    """Return the parsed document, and count what was left out of it. Raises DocumentError."""
    parsed = parse(raw.content, raw.file_name)
    tally.left_out += [LeftOut(item.document_id, what) for what in parsed.left_out]
    document = Document(
        id=item.document_id,
        name=raw.title or parsed.title or _readable_name(item.document_id),
        source=source.name,
        text=parsed.text,
        content_hash=raw.content_hash,
        url=raw.url,
        page_starts=parsed.page_starts,
        left_out=parsed.left_out,
    )
    return document, parsed.blocks


def _readable_name(document_id: str) -> str:
    """Return "parental leave" for `leave/parental_leave.pdf`, a document that does not name itself."""
    return PurePosixPath(document_id).stem.replace("_", " ").replace("-", " ").strip() or document_id


def _settle_copies(
    copies: Sequence[_Copy],
    listing: _Listing,
    before: Mapping[str, DocumentRecord],
    index: WritableIndex,
    writer: DocumentWriter,
    parse: Parser,
    tally: _Tally,
) -> None:
    """Write the records of the copies; one whose original has gone or changed is written as a document of its own.

    `before` are the records from the beginning of the run.
    """
    if not copies and not any(record.same_as for record in before.values()):
        return
    records = {record.id: record for record in index.records()}
    vanished = {record.id for source in listing.listed for record in _vanished(source, listing, records.values())}
    # A document that has become a copy itself is none to refer to: two files may have exchanged their contents.
    changed = {copy.item.document_id for copy in copies}
    originals = _Originals(record for record in records.values() if record.id not in vanished | changed)
    for copy in [*copies, *_orphans(listing, records, originals, vanished)]:
        known = records.get(copy.item.document_id)
        try:
            raw = copy.item.read()
            original = originals.of_copy(copy.source.name, raw.content_hash, copy.item.document_id)
            if original is not None:
                _write_copy(_copy_of(records[original], copy.item, raw), records[original], known, index, tally)
                continue
            written = _parsed(copy.source, copy.item, raw, parse, tally)
        except DocumentError as error:
            if known is not None and known.same_as is not None:
                # Its text was that of a document which has it no more.
                index.remove_document(known.id)
                known = None
            _count_unread(copy.item, known, error, tally)
            continue
        writer.write(*written, known)
        writer.flush()
        originals.add(copy.source.name, raw.content_hash, copy.item.document_id)
        # The copies after it read everything but the number of chunks.
        records[copy.item.document_id] = record_of(written[0], chunks=0, complete=True)


def _orphans(
    listing: _Listing, records: Mapping[str, DocumentRecord], originals: _Originals, vanished: set[str]
) -> Iterator[_Copy]:
    """Yield the copies that this run did not list and whose original has lost the content in it."""
    sources = {source.name: source for source in listing.listed}
    seen = {item.document_id for _, item in listing.items} | vanished
    for record in records.values():
        source = sources.get(record.source)
        if source is None or record.same_as is None or record.id in seen:
            continue
        if originals.of_copy(record.source, record.content_hash, record.id) is None:
            item = source.item(record.id)
            if item is not None:
                yield _Copy(source, item)


def _copy_of(original: DocumentRecord, item: SourceItem, raw: RawDocument) -> Document:
    """Return a document that names its original. A title from the content is that of both."""
    names_itself = original.name != _readable_name(original.id)
    return Document(
        id=item.document_id,
        name=raw.title or (original.name if names_itself else _readable_name(item.document_id)),
        source=original.source,
        text="",
        content_hash=raw.content_hash,
        url=raw.url,
        same_as=original.id,
    )


def _write_copy(
    copy: Document, original: DocumentRecord, known: DocumentRecord | None, index: WritableIndex, tally: _Tally
) -> None:
    record = replace(record_of(copy, chunks=0, complete=True), characters=original.characters, same_as=original.id)
    if record == known:
        tally.unchanged += 1
        return
    if known is not None and not (known.same_as and known.content_hash):
        # The chunks first: a record of a copy promises that there are none. One without a hash may have some: a run
        # that made it a document of its own was interrupted.
        index.remove_chunks(copy.id, except_hash="")
    index.write_document(record, copy)
    tally.complete(known)


def _remove_vanished(
    listing: _Listing, records: Mapping[str, DocumentRecord], index: WritableIndex, tally: _Tally
) -> None:
    for source in listing.listed:
        gone = _vanished(source, listing, records.values())
        if source.keeps_last and any(record.complete for record in gone) and not _has_others(source, gone, index):
            reason = "none of its files is there any more; its disk may not be mounted"
            tally.failed.append(_kept(source, reason, records.values()))
            continue
        for record in gone:
            index.remove_document(record.id)
            tally.deleted += 1


def _vanished(source: Source, listing: _Listing, records: Iterable[DocumentRecord]) -> list[DocumentRecord]:
    """Return the records of the source's documents that it lists no more."""
    seen = {item.document_id for _, item in listing.items}
    return [
        record
        for record in records
        if record.source == source.name and record.id not in seen and source.lists(record.id)
    ]


def _has_others(source: Source, gone: Sequence[DocumentRecord], index: WritableIndex) -> bool:
    """Whether documents of the source remain in the index without those that are gone."""
    ids = {record.id for record in gone}
    return any(record.complete and record.source == source.name and record.id not in ids for record in index.records())


def _kept(source: Source, reason: str, records: Iterable[DocumentRecord]) -> Unread:
    """Return the row of a source whose documents stay in the index although they could not be listed."""
    if not source.keeps_last:
        return Unread(source.name, f"{reason}; its documents stay in the index")
    documents = sum(record.source == source.name for record in records)
    stay = f"; its {documents} document(s) stay in the index. {_removal(source)}" if documents else ""
    return Unread(source.name, reason + stay)


def _removal(source: Source) -> str:
    """Return how to go on without the source."""
    if not source.keeps_last:
        return "Try again, or remove the source from domain.toml."
    return f"If it is gone for good, remove its documents: {forget_command(source.name)}"
