"""A run of the ingestion: list, compare, parse, chunk, embed, write, remove.

A run that is killed at any moment is finished by the next, with nothing lost or doubled: see `ingest/write.py`. A
vanished document's chunks are removed before its record.

Documents of the same content are written once: see `ingest/copies.py`. A document whose groups alone have changed keeps
its chunks and their vectors.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.domain import Parsing, PermissionRule
from core.embedding import Embedder
from core.errors import DocumentError, IndexFault, SourceUnavailable, UnreadablePermissions
from core.index import Bm25Encoder, Fingerprint, Generations, WritableIndex
from core.index.protocol import IndexT
from core.types import Document, DocumentRecord
from ingest.blocks import Block
from ingest.chunk import CHUNKER_VERSION, ChunkSize
from ingest.copies import Copy, Originals, settle_copies
from ingest.documents import Run, Tally, parsed_document
from ingest.listing import Listing, list_items
from ingest.parse import PARSER_VERSION, Parser
from ingest.patience import PatientIndex
from ingest.permissions import groups_of, unmatched
from ingest.progress import Meter, ReportProgress
from ingest.report import IngestReport, Unread
from ingest.sources import Source, SourceItem, forget_command
from ingest.units import UNITS_VERSION
from ingest.write import DocumentWriter

_log = logging.getLogger("groundwork")


@dataclass(frozen=True, slots=True)
class Stages:
    """The collaborators of a run."""

    parse: Parser
    embedder: Embedder
    sparse: Bm25Encoder
    permissions: tuple[PermissionRule, ...] = ()


WriteChanged: TypeAlias = Callable[[Listing, Mapping[str, DocumentRecord], Meter, Run], list[Copy]]
"""Writes the documents of a listing that are new or changed, given the records of the index before the run; returns the
copies among them, which are not written yet. One is here, the other is that of Ray (`ingest/distributed/run.py`)."""


def fingerprint_of(embedder: Embedder, sparse: Bm25Encoder, domain: str, parsing: Parsing | None = None) -> Fingerprint:
    """Return the fingerprint of an index that is made with these, for the domain with this `Domain.identity`."""
    return Fingerprint(
        parser=":".join((PARSER_VERSION, *(parsing or Parsing()).changes)),
        chunker=f"{CHUNKER_VERSION}:{ChunkSize().tokens}",
        embedder=embedder.name,
        dimension=embedder.dimension,
        sparse=sparse.name,
        sentences=f"{UNITS_VERSION}:{embedder.sentence_pooling}",
        domain=domain,
    )


def ingest(
    sources: Sequence[Source],
    index: WritableIndex,
    stages: Stages,
    progress: ReportProgress,
    write_changed: WriteChanged | None = None,
) -> IngestReport:
    """Bring the index in line with the sources. Documents of other sources are not touched.

    A document that cannot be read is named in the report; if an earlier version of it is in the index, that version
    stays. A source that cannot be listed is named too, and all of its documents stay. Raises ConfigurationError for a
    source that is set up wrongly, before anything is changed.
    """
    began = time.perf_counter()
    tally, meter = Tally(), Meter(progress)
    meter.begin("listing")
    _bring_in_line(list_items(sources), index, stages, meter, tally, write_changed or _write_here)
    return tally.report(time.perf_counter() - began)


def rebuild(
    sources: Sequence[Source],
    store: Generations[IndexT],
    stages: Stages,
    progress: ReportProgress,
    write_changed_of: Callable[[IndexT], WriteChanged] = lambda _: _write_here,
) -> tuple[IndexT | None, IngestReport]:
    """Make a new generation from the sources, and switch to it when anything could be read.

    Return the new current generation, or None when nothing could be read and the old one stays. Raises
    SourceUnavailable when a source cannot be listed: the new generation would lack its documents.
    """
    began = time.perf_counter()
    tally, meter = Tally(), Meter(progress)
    meter.begin("listing")
    listing = list_items(sources)
    if listing.unavailable:
        source, reason = listing.unavailable[0]
        raise SourceUnavailable(
            f"The index was not rebuilt, because the documents of the source '{source.name}' would be lost: {reason}. "
            f"{_removal(source)}"
        )
    rebuilt = store.begin_rebuild()
    try:
        _bring_in_line(listing, rebuilt, stages, meter, tally, write_changed_of(rebuilt))
    except BaseException:
        abandon(store, rebuilt)
        raise
    report = tally.report(time.perf_counter() - began)
    if report.exit_code == 1:
        abandon(store, rebuilt)
        return None, report
    store.finish_rebuild(rebuilt)
    return rebuilt, report


def abandon(store: Generations[IndexT], rebuilt: IndexT) -> None:
    """Remove a generation that does not become the current one: it may be what fills the disk.

    What cannot be removed is logged, and left to the next rebuild.
    """
    try:
        store.abandon_rebuild(rebuilt)
    except (IndexFault, OSError) as error:
        _log.warning("the generation that was begun is removed by the next rebuild: %s", error)


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


def _bring_in_line(
    listing: Listing, index: WritableIndex, stages: Stages, meter: Meter, tally: Tally, write_changed: WriteChanged
) -> None:
    index = PatientIndex(index)
    meter.list(len(listing.items))
    records = {record.id: record for record in index.records()}
    tally.failed += [_kept(source, reason, records.values()) for source, reason in listing.unavailable]
    writer = DocumentWriter(index, stages.embedder, stages.sparse, meter, tally.complete)
    run = Run(index, stages.parse, writer, tally, stages.permissions)
    for path in unmatched(stages.permissions, {*records, *(item.document_id for _, item in listing.items)}):
        _log.warning("the rule for '%s' in [[permissions]] of domain.toml matches no document", path)
    copies = write_changed(listing, records, meter, run)
    settle_copies(copies, listing, records, run)
    tally.chunks += writer.written
    tally.reused += writer.reused
    meter.begin("removing")
    _remove_vanished(listing, records, index, tally)
    if tally.chunks or tally.deleted or tally.updated:
        meter.begin("writing")
        index.settle()


def _write_here(listing: Listing, records: Mapping[str, DocumentRecord], meter: Meter, run: Run) -> list[Copy]:
    """Write the documents that are new or changed in this process, one after the other: see WriteChanged."""
    comparison = Comparison(records, run)
    for source, item in listing.items:
        known = records.get(item.document_id)
        changed = _read_if_changed(source, item, known, comparison, run)
        meter.read(item.document_id, len(changed[0].text) if changed else 0)
        if changed is not None:
            run.writer.write(*changed, known)
    run.writer.flush()
    return comparison.copies


def _read_if_changed(
    source: Source, item: SourceItem, known: DocumentRecord | None, comparison: Comparison, run: Run
) -> tuple[Document, Sequence[Block]] | None:
    """Return the parsed document when it is new or changed; else count it, or add it to the copies, and return None."""
    try:
        comparison.check_owner(source, item)
        raw = item.read()
        groups = groups_of(item.document_id, raw, run.permissions)
        if not comparison.is_to_be_written(source, item, raw.content_hash, groups):
            return None
        parsed = parsed_document(source.name, item, raw, groups, run)
    except UnreadablePermissions as error:
        run.refuse(item, known, error)
        return None
    except DocumentError as error:
        run.tally.count_unread(item, known, error)
        return None
    comparison.originals.add(source.name, raw.content_hash, groups, item.document_id)
    return parsed


class Comparison:
    """What a run knows of the documents that it has read until now, and of those in the index before it."""

    def __init__(self, records: Mapping[str, DocumentRecord], run: Run) -> None:
        self.copies: list[Copy] = []
        self.originals = Originals(records.values())
        self._records = records
        self._run = run
        self._owners = {record.id: record.source for record in records.values()}

    def check_owner(self, source: Source, item: SourceItem) -> None:
        """Raise DocumentError for an id that a document of another source has, in the index or in this run."""
        owner = self._owners.setdefault(item.document_id, source.name)
        if owner != source.name:
            raise DocumentError(
                f"a document with this id came from the source '{owner}'; ingest both folders in one command, or, if "
                f"that source is gone, remove its documents: {forget_command(owner)}"
            )

    def is_to_be_written(self, source: Source, item: SourceItem, content_hash: str, groups: frozenset[str]) -> bool:
        """Whether a document with this content is new or changed; else count it, or add it to the copies."""
        known = self._records.get(item.document_id)
        is_regrouped = _regroup(known, groups, self._run)
        if self.originals.of_copy(source.name, content_hash, groups, item.document_id) is not None:
            self.copies.append(Copy(source, item))
            return False
        if known is None or not known.complete or known.content_hash != content_hash or known.same_as is not None:
            return True
        self._run.tally.updated += is_regrouped
        self._run.tally.unchanged += not is_regrouped
        return False


def _regroup(known: DocumentRecord | None, groups: frozenset[str], run: Run) -> bool:
    """Change the groups of a document in the index before anything else of it; return whether they were others.

    A document that is restricted and changed at once is not to be read while its new version is written.
    """
    if known is None or known.groups == groups:
        return False
    run.index.change_groups(known.id, groups)
    return True


def _remove_vanished(
    listing: Listing, records: Mapping[str, DocumentRecord], index: WritableIndex, tally: Tally
) -> None:
    for source in listing.listed:
        gone = listing.vanished(source, records.values())
        if source.keeps_last and any(record.complete for record in gone) and not _has_others(source, gone, index):
            reason = "none of its files is there any more; its disk may not be mounted"
            tally.failed.append(_kept(source, reason, records.values()))
            continue
        for record in gone:
            index.remove_document(record.id)
            tally.deleted += 1


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
