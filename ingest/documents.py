"""What a run keeps of the documents it reads: its tally, and each document parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from core.domain import PermissionRule
from core.errors import DocumentError, UnreadablePermissions, UnsupportedDocument
from core.index import WritableIndex
from core.types import Document, DocumentRecord
from ingest.blocks import Block
from ingest.parse import Parser
from ingest.report import IngestReport, LeftOut, Unread
from ingest.sources import RawDocument, SourceItem
from ingest.write import DocumentWriter


@dataclass(slots=True)
class Tally:
    """What a run has done so far: its only mutable state."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    chunks: int = 0
    reused: int = 0
    failed: list[Unread] = field(default_factory=list)
    skipped: list[Unread] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def complete(self, known: DocumentRecord | None) -> None:
        """Count a document whose chunks are all written; `known` is its record from before the run."""
        # An incomplete record is a document that an interrupted run began: to its owner it is new.
        is_update = known is not None and known.complete
        self.updated += is_update
        self.created += not is_update

    def count_unread(self, item: SourceItem, known: DocumentRecord | None, error: DocumentError) -> None:
        """Count a document that cannot be read; an earlier version of it stays in the index."""
        if isinstance(error, UnsupportedDocument):
            self.skipped.append(Unread(item.document_id, error.reason))
        else:
            kept = "; the version from before stays in the index" if known is not None and known.complete else ""
            self.failed.append(Unread(item.document_id, error.reason + kept))

    def report(self, seconds: float) -> IngestReport:
        """Return the counts as a report."""
        return IngestReport(
            created=self.created,
            updated=self.updated,
            unchanged=self.unchanged,
            deleted=self.deleted,
            chunks=self.chunks,
            reused=self.reused,
            failed=tuple(self.failed),
            skipped=tuple(self.skipped),
            left_out=tuple(self.left_out),
            seconds=round(seconds, 3),
        )


@dataclass(frozen=True, slots=True)
class Run:
    """The collaborators of one run, and its tally."""

    index: WritableIndex
    parse: Parser
    writer: DocumentWriter
    tally: Tally
    permissions: tuple[PermissionRule, ...] = ()

    def refuse(self, item: SourceItem, known: DocumentRecord | None, error: UnreadablePermissions) -> None:
        """Count a document of which it is not known who may read it, and remove its earlier version."""
        reason = error.reason
        if known is not None:
            self.index.remove_document(known.id)
            self.tally.deleted += 1
            reason += "; the version from before was removed from the index"
        self.tally.failed.append(Unread(item.document_id, reason))


def parsed_document(
    source: str, item: SourceItem, raw: RawDocument, groups: frozenset[str], run: Run
) -> tuple[Document, Sequence[Block]]:
    """Return the parsed document, and count what was left out of it. Raises DocumentError."""
    document, blocks = document_of(source, item.document_id, raw, groups, run.parse)
    run.tally.left_out += [LeftOut(item.document_id, what) for what in document.left_out]
    return document, blocks


def document_of(
    source: str, document_id: str, raw: RawDocument, groups: frozenset[str], parse: Parser
) -> tuple[Document, Sequence[Block]]:
    """Return the parsed document and its blocks. Raises DocumentError."""
    parsed = parse(raw.content, raw.file_name)
    document = Document(
        id=document_id,
        name=raw.title or parsed.title or readable_name(document_id),
        source=source,
        text=parsed.text,
        content_hash=raw.content_hash,
        url=raw.url,
        page_starts=parsed.page_starts,
        format=parsed.format,
        left_out=parsed.left_out,
        groups=groups,
    )
    return document, parsed.blocks


def readable_name(document_id: str) -> str:
    """Return "parental leave" for `leave/parental_leave.pdf`, a document that does not name itself."""
    return PurePosixPath(document_id).stem.replace("_", " ").replace("-", " ").strip() or document_id
