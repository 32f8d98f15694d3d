"""A run of the ingestion, top to bottom: list, compare, parse, chunk, embed, write, remove.

A run that is killed at any moment is finished by the next, with nothing lost or doubled:

- A new document's record is written first, marked incomplete; then its chunks; then the record marked complete.
- A changed document's record loses its hash first; then the new chunks are written before the old ones are removed,
  and its record last. Chunk ids are made of content and position, so writing them again writes them once.
- A vanished document's chunks are removed before its record.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import numpy as np

from core.embedding import Embedder
from core.errors import DocumentError, UnsupportedDocument
from core.index import Bm25Encoder, Fingerprint, Index, IndexStore
from core.types import Document, DocumentRecord, EmbeddedChunk
from ingest.chunk import CHUNKER_VERSION, ChunkSize
from ingest.parse import PARSER_VERSION, Markup, Parser, is_supported, read_file, unsupported
from ingest.report import IngestReport, Unread
from ingest.sources import Source, SourceFile, list_files

_WINDOW_CHUNKS = 512
"""Chunks embedded and written together: enough to batch by length, few enough to lose little when killed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` files are dealt with; `name` is the last one."""

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


def fingerprint_of(embedder: Embedder, sparse: Bm25Encoder) -> Fingerprint:
    """What an index made by these stages is made with."""
    return Fingerprint(
        parser=PARSER_VERSION,
        chunker=f"{CHUNKER_VERSION}:{ChunkSize().tokens}",
        embedder=embedder.name,
        dimension=embedder.dimension,
        sparse=sparse.name,
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


def ingest(sources: Sequence[Source], index: Index, stages: Stages, progress: ReportProgress) -> IngestReport:
    """Bring the index in line with the sources. Documents of other sources are not touched.

    A file that cannot be read is named in the report; if an earlier version of it is in the index, that one stays.
    """
    began = time.perf_counter()
    tally = _Tally()
    records = {record.id: record for record in index.records()}
    owners = {record.id: record.source for record in records.values()}
    files = [(source, file) for source in sources for file in list_files(source)]
    waiting: list[tuple[Document, Markup]] = []
    characters = 0
    for done, (source, file) in enumerate(files, start=1):
        # Two sources may bring the same id in one run, too.
        owner = owners.setdefault(file.document_id, source.name)
        changed = _read_if_changed(source, file, owner, records.get(file.document_id), stages.parse, tally)
        if changed is not None:
            waiting.append(changed)
            characters += len(changed[0].text)
        # About 500 characters a chunk.
        if characters > 500 * _WINDOW_CHUNKS or done == len(files):
            if waiting:
                _write(waiting, records, index, stages, tally)
            waiting, characters = [], 0
        progress(Progress(done, len(files), file.document_id))
    _remove_vanished(sources, {file.document_id for _, file in files}, records, index, tally)
    if tally.chunks or tally.deleted or tally.updated:
        index.settle()
    return IngestReport(
        created=tally.created,
        updated=tally.updated,
        unchanged=tally.unchanged,
        deleted=tally.deleted,
        chunks=tally.chunks,
        failed=tuple(tally.failed),
        skipped=tuple(tally.skipped),
        seconds=round(time.perf_counter() - began, 3),
    )


def _read_if_changed(
    source: Source, file: SourceFile, owner: str, known: DocumentRecord | None, parse: Parser, tally: _Tally
) -> tuple[Document, Markup] | None:
    """The parsed document when it is new or other than what the index has; else None, and counted."""
    try:
        if file.problem:
            raise UnsupportedDocument(file.problem)
        if owner != source.name:
            raise DocumentError(
                f"a document with this id came from the source '{owner}'; ingest both folders in one command, "
                "or rebuild the index with --rebuild"
            )
        if not is_supported(file.path.name):
            raise unsupported(file.path.name)
        content = read_file(file.path)
        content_hash = hashlib.sha256(content).hexdigest()
        if known is not None and known.complete and known.content_hash == content_hash:
            tally.unchanged += 1
            return None
        parsed = parse(content, file.path.name)
    except UnsupportedDocument as error:
        tally.skipped.append(Unread(file.document_id, error.reason))
        return None
    except DocumentError as error:
        stays = "; the version from before stays in the index" if known is not None and known.complete else ""
        tally.failed.append(Unread(file.document_id, error.reason + stays))
        return None
    document = Document(
        id=file.document_id,
        name=parsed.title or _readable_name(file.document_id),
        source=source.name,
        text=parsed.text,
        content_hash=content_hash,
        page_starts=parsed.page_starts,
    )
    return document, parsed.markup


def _readable_name(document_id: str) -> str:
    """`leave/parental_leave.pdf` is called "parental leave" when it does not name itself."""
    return PurePosixPath(document_id).stem.replace("_", " ").replace("-", " ").strip() or document_id


def _write(
    documents: Sequence[tuple[Document, Markup]],
    records: Mapping[str, DocumentRecord],
    index: Index,
    stages: Stages,
    tally: _Tally,
) -> None:
    """Chunk, embed and write a window of documents."""
    # Seconds of imports that a run which finds nothing new does not need.
    from ingest.llama_index import DenseEmbedding, MarkdownChunker, document_to_llama, node_to_chunk

    for document, _ in documents:
        _announce(document, records.get(document.id), index)
    nodes = MarkdownChunker(embedder=stages.embedder)([document_to_llama(*item) for item in documents])
    nodes = DenseEmbedding(embedder=stages.embedder)(nodes)
    chunks = [node_to_chunk(node) for node in nodes]
    index.write_chunks(
        [
            EmbeddedChunk(
                chunk, np.asarray(node.embedding, dtype=np.float32), stages.sparse.document(chunk.searchable_text)
            )
            for node, chunk in zip(nodes, chunks, strict=True)
        ]
    )
    written = _count_by_document(chunk.document_id for chunk in chunks)
    for document, _ in documents:
        known = records.get(document.id)
        if known is not None:
            index.remove_chunks(document.id, except_hash=document.content_hash)
        index.write_document(_record(document, chunks=written.get(document.id, 0), complete=True), document)
        # An incomplete record is a document that an interrupted run began: to its owner it is new.
        tally.updated += int(known is not None and known.complete)
        tally.created += int(known is None or not known.complete)
    tally.chunks += len(chunks)


def _announce(document: Document, known: DocumentRecord | None, index: Index) -> None:
    """Make the record one that never looks unchanged, before the first chunk is written.

    Of a changed document the text from before goes on being served. Without this, a file that is put back to what it
    was after a killed run would keep the chunks of both versions.
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
    # An incomplete record must never look unchanged.
    return record if complete else replace(record, content_hash="")


def _remove_vanished(
    sources: Sequence[Source],
    seen: set[str],
    records: Mapping[str, DocumentRecord],
    index: Index,
    tally: _Tally,
) -> None:
    names = {source.name for source in sources}
    for record in records.values():
        if record.source in names and record.id not in seen:
            index.remove_document(record.id)
            tally.deleted += 1


def rebuild(
    sources: Sequence[Source], store: IndexStore, stages: Stages, progress: ReportProgress
) -> tuple[Index | None, IngestReport]:
    """Make a new generation from the sources, and switch to it when anything could be read.

    Returns the new current generation, or None when nothing could be read and the old one stays.
    """
    rebuilt = store.begin_rebuild()
    report = ingest(sources, rebuilt, stages, progress)
    if report.exit_code == 1:
        rebuilt.close()
        return None, report
    store.finish_rebuild(rebuilt)
    return rebuilt, report
