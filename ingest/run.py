"""A run of the ingestion: list, compare, parse, chunk, embed, write, remove.

A run that is killed at any moment is finished by the next, with nothing lost or doubled: see `ingest/write.py`. A
vanished document's chunks are removed before its record.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from ingest.report import IngestReport, Unread
from ingest.sources import Source, SourceItem
from ingest.write import DocumentWriter


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
            seconds=round(seconds, 3),
        )


@dataclass(frozen=True, slots=True)
class _Listing:
    """The items of all sources; `listed` and `unavailable` name the sources that could and could not be listed."""

    items: tuple[tuple[Source, SourceItem], ...]
    listed: frozenset[str]
    unavailable: tuple[Unread, ...]


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
        source = listing.unavailable[0]
        raise SourceUnavailable(
            f"The index was not rebuilt, because the documents of the source '{source.path}' would be lost: "
            f"{source.reason}. Try again, or remove the source from domain.toml."
        )
    rebuilt = store.begin_rebuild()
    _bring_in_line(listing, rebuilt, stages, meter, tally)
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


def _bring_in_line(listing: _Listing, index: WritableIndex, stages: Stages, meter: Meter, tally: _Tally) -> None:
    meter.list(len(listing.items))
    tally.failed += [
        Unread(source.path, f"{source.reason}; its documents stay in the index") for source in listing.unavailable
    ]
    records = {record.id: record for record in index.records()}
    owners = {record.id: record.source for record in records.values()}
    writer = DocumentWriter(index, stages.embedder, stages.sparse, meter, tally.complete)
    for source, item in listing.items:
        # Two sources of one run may have the same id, too.
        owner = owners.setdefault(item.document_id, source.name)
        known = records.get(item.document_id)
        changed = _read_if_changed(source, item, owner, known, stages.parse, tally)
        meter.read(item.document_id, len(changed[0].text) if changed else 0)
        if changed is not None:
            writer.write(*changed, known)
    writer.flush()
    tally.chunks = writer.written
    meter.begin("removing")
    _remove_vanished(listing, records, index, tally)
    if tally.chunks or tally.deleted or tally.updated:
        meter.begin("writing")
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


def _remove_vanished(
    listing: _Listing, records: Mapping[str, DocumentRecord], index: WritableIndex, tally: _Tally
) -> None:
    seen = {item.document_id for _, item in listing.items}
    for record in records.values():
        if record.source in listing.listed and record.id not in seen:
            index.remove_document(record.id)
            tally.deleted += 1
