"""A run of the ingestion: list, compare, parse, chunk, embed, write, remove.

A run that is killed at any moment is finished by the next, with nothing lost or doubled:

- A new document's record is written first, marked incomplete; then its chunks; then the record marked complete.
- A changed document's record loses its hash first; then the new chunks are written before the old ones are removed,
  and its record last. Chunk ids are derived from content and position, so that writing a chunk twice writes it once.
- A vanished document's chunks are removed before its record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from core.domain import Parsing
from core.embedding import Embedder
from core.errors import DocumentError, SourceUnavailable, UnsupportedDocument
from core.index import Bm25Encoder, Fingerprint, Index, IndexStore
from core.types import Document, DocumentRecord, EmbeddedChunk
from ingest.blocks import Block
from ingest.chunk import CHUNKER_VERSION, ChunkSize, chunk_document
from ingest.parse import PARSER_VERSION, Parser
from ingest.report import IngestReport, Unread
from ingest.sources import Source, SourceItem

_WINDOW_CHUNKS = 512
"""Chunks embedded and written together: enough to batch by length, few enough to lose little when killed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` items are processed; `name` is the id of the last one."""

    done: int
    total: int
    name: str


ReportProgress = Callable[[Progress], None]


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
            seconds=round(seconds, 3),
        )


@dataclass(frozen=True, slots=True)
class _Listing:
    """The items of all sources; `listed` and `unavailable` name the sources that could and could not be listed."""

    items: tuple[tuple[Source, SourceItem], ...]
    listed: frozenset[str]
    unavailable: tuple[Unread, ...]


def ingest(sources: Sequence[Source], index: Index, stages: Stages, progress: ReportProgress) -> IngestReport:
    """Bring the index in line with the sources. Documents of other sources are not touched.

    A document that cannot be read is named in the report; if an earlier version of it is in the index, that version
    stays. A source that cannot be listed is named too, and all of its documents stay. Raises ConfigurationError for a
    source that is set up wrongly, before anything is changed.
    """
    began = time.perf_counter()
    tally = _Tally()
    _bring_in_line(_list_items(sources), index, stages, progress, tally)
    return tally.report(time.perf_counter() - began)


def rebuild(
    sources: Sequence[Source], store: IndexStore, stages: Stages, progress: ReportProgress
) -> tuple[Index | None, IngestReport]:
    """Make a new generation from the sources, and switch to it when anything could be read.

    Return the new current generation, or None when nothing could be read and the old one stays. Raises
    SourceUnavailable when a source cannot be listed: the new generation would lack its documents.
    """
    began = time.perf_counter()
    listing = _list_items(sources)
    if listing.unavailable:
        source = listing.unavailable[0]
        raise SourceUnavailable(
            f"The index was not rebuilt, because the documents of the source '{source.path}' would be lost: "
            f"{source.reason}. Try again, or remove the source from domain.toml."
        )
    rebuilt = store.begin_rebuild()
    tally = _Tally()
    _bring_in_line(listing, rebuilt, stages, progress, tally)
    report = tally.report(time.perf_counter() - began)
    if report.exit_code == 1:
        rebuilt.close()
        return None, report
    store.finish_rebuild(rebuilt)
    return rebuilt, report


def _list_items(sources: Sequence[Source]) -> _Listing:
    items: list[tuple[Source, SourceItem]] = []
    listed: set[str] = set()
    unavailable: list[Unread] = []
    for source in sources:
        try:
            items += [(source, item) for item in source.items()]
            listed.add(source.name)
        except SourceUnavailable as error:
            unavailable.append(Unread(source.name, error.reason))
    return _Listing(tuple(items), frozenset(listed), tuple(unavailable))


def _bring_in_line(listing: _Listing, index: Index, stages: Stages, progress: ReportProgress, tally: _Tally) -> None:
    tally.failed += [
        Unread(source.path, f"{source.reason}; its documents stay in the index") for source in listing.unavailable
    ]
    records = {record.id: record for record in index.records()}
    owners = {record.id: record.source for record in records.values()}
    waiting: list[tuple[Document, Sequence[Block]]] = []
    characters = 0
    for done, (source, item) in enumerate(listing.items, start=1):
        # Two sources of one run may have the same id, too.
        owner = owners.setdefault(item.document_id, source.name)
        changed = _read_if_changed(source, item, owner, records.get(item.document_id), stages.parse, tally)
        if changed is not None:
            waiting.append(changed)
            characters += len(changed[0].text)
        # A chunk has about 500 characters.
        if characters > 500 * _WINDOW_CHUNKS or done == len(listing.items):
            if waiting:
                _write(waiting, records, index, stages, tally)
            waiting, characters = [], 0
        progress(Progress(done, len(listing.items), item.document_id))
    _remove_vanished(listing, records, index, tally)
    if tally.chunks or tally.deleted or tally.updated:
        index.settle()


def _read_if_changed(
    source: Source, item: SourceItem, owner: str, known: DocumentRecord | None, parse: Parser, tally: _Tally
) -> tuple[Document, Sequence[Block]] | None:
    """Return the parsed document when it is new or changed; else count it and return None."""
    try:
        raw = item.read()
        if owner != source.name:
            raise DocumentError(
                f"a document with this id came from the source '{owner}'; ingest both folders in one command, "
                "or rebuild the index with --rebuild"
            )
        if known is not None and known.complete and known.content_hash == raw.content_hash:
            tally.unchanged += 1
            return None
        parsed = parse(raw.content, raw.file_name)
    except UnsupportedDocument as error:
        tally.skipped.append(Unread(item.document_id, error.reason))
        return None
    except DocumentError as error:
        kept = "; the version from before stays in the index" if known is not None and known.complete else ""
        tally.failed.append(Unread(item.document_id, error.reason + kept))
        return None
    document = Document(
        id=item.document_id,
        name=raw.title or parsed.title or _readable_name(item.document_id),
        source=source.name,
        text=parsed.text,
        content_hash=raw.content_hash,
        url=raw.url,
        page_starts=parsed.page_starts,
    )
    return document, parsed.blocks


def _readable_name(document_id: str) -> str:
    """Return "parental leave" for `leave/parental_leave.pdf`, a document that does not name itself."""
    return PurePosixPath(document_id).stem.replace("_", " ").replace("-", " ").strip() or document_id


def _write(
    documents: Sequence[tuple[Document, Sequence[Block]]],
    records: Mapping[str, DocumentRecord],
    index: Index,
    stages: Stages,
    tally: _Tally,
) -> None:
    """Chunk, embed and write a window of documents."""
    for document, _ in documents:
        _announce(document, records.get(document.id), index)
    embedded = _embedded_chunks(documents, stages)
    index.write_chunks(embedded)
    written = _count_by_document(each.chunk.document_id for each in embedded)
    for document, _ in documents:
        known = records.get(document.id)
        if known is not None:
            index.remove_chunks(document.id, except_hash=document.content_hash)
        index.write_document(_record(document, chunks=written.get(document.id, 0), complete=True), document)
        # An incomplete record is a document that an interrupted run began: to its owner it is new.
        tally.updated += int(known is not None and known.complete)
        tally.created += int(known is None or not known.complete)
    tally.chunks += len(embedded)


def _embedded_chunks(documents: Sequence[tuple[Document, Sequence[Block]]], stages: Stages) -> list[EmbeddedChunk]:
    size = ChunkSize.for_embedder(stages.embedder)
    chunks = [
        chunk
        for document, blocks in documents
        for chunk in chunk_document(document, blocks, stages.embedder.count_tokens, size)
    ]
    texts = [chunk.searchable_text for chunk in chunks]
    return [
        EmbeddedChunk(chunk, vector, stages.sparse.document(text))
        for chunk, text, vector in zip(chunks, texts, stages.embedder.embed(texts), strict=True)
    ]


def _announce(document: Document, known: DocumentRecord | None, index: Index) -> None:
    """Write a record without a hash, which never counts as unchanged, before the first chunk is written.

    Otherwise a file that is put back to its earlier version after a killed run would keep the chunks of both versions.
    The earlier text of a changed document is served until the new one is complete.
    """
    if known is None:
        index.write_document(_record(document, chunks=0, complete=False), None)
    elif known.complete:
        index.write_document(replace(known, content_hash=""), index.document(document.id))


def _count_by_document(document_ids: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for document_id in document_ids:
        counts[document_id] = counts.get(document_id, 0) + 1
    return counts


def _record(document: Document, *, chunks: int, complete: bool) -> DocumentRecord:
    record = DocumentRecord(
        id=document.id,
        name=document.name,
        source=document.source,
        content_hash=document.content_hash,
        chunks=chunks,
        characters=len(document.text),
        complete=complete,
        url=document.url,
    )
    # An incomplete record must never count as unchanged.
    return record if complete else replace(record, content_hash="")


def _remove_vanished(listing: _Listing, records: Mapping[str, DocumentRecord], index: Index, tally: _Tally) -> None:
    seen = {item.document_id for _, item in listing.items}
    for record in records.values():
        if record.source in listing.listed and record.id not in seen:
            index.remove_document(record.id)
            tally.deleted += 1
