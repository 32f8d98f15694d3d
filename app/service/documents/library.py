"""The documents of a running service: its index, and how documents get into it and out of it.

An upload is ingested in a job that reads and reports its own files. One that has not been read, or could not be, is
listed apart and can be deleted; the service reads those that it did not get to when it starts again.

Every reading is on behalf of somebody (`core/permissions.py`): a document that they may not read is answered like one
that does not exist. So is a job, unless they started it or manage the documents: its report names files.

A deletion takes effect at once, also while a job is writing; what the job writes of the document after that is removed
when the job ends.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app.answer.retrieval.rerank import Reranker
from app.answer.retrieval.retrieve import Retriever
from app.service.documents.corpus_health import CorpusHealth
from app.service.documents.current_index import CurrentIndex
from app.service.documents.jobs import Job, Jobs, Work
from app.service.documents.original_files import OriginalFiles
from app.service.documents.unread_uploads import UnreadUpload, UnreadUploads
from app.service.documents.uploads import Refused, SentFile, Upload, Uploads, separate
from app.service.metrics import Metrics
from app.service.principals import Principal
from core.domain import Domain
from core.embedding import Embedder
from core.errors import (
    ConfigurationError,
    Conflict,
    FingerprintMismatch,
    GroundworkError,
    IndexFault,
    NotFound,
)
from core.index import Bm25Encoder, Fingerprint, Index, IndexStore
from core.index.points import RecordPage
from core.permissions import EVERYTHING, Readers
from core.settings import Settings
from core.tracing import NO_TRACER, Tracer
from core.types import Document, DocumentRecord, SearchFilter
from ingest.known_sources import (
    absorbed,
    check_domain,
    choose_sources,
    forget_source,
    missing_sources,
    moved_source,
    named_source,
    open_uploads,
    record_moved,
    record_paths,
    uploads_folder,
)
from ingest.process import Ingestion
from ingest.progress import ReportProgress
from ingest.report import IngestReport
from ingest.run import forget
from ingest.sources import UPLOADS, forget_command

_log = logging.getLogger("groundwork")
_BACKUP_WAIT_SECONDS = 60.0
"""For a job that writes. Chosen: most jobs read a few uploads."""
_FOLLOW_SECONDS = 5.0
"""Between two looks at which generation of a shared index is current: one small request to the server."""


@dataclass(frozen=True, slots=True)
class QueuedUploads:
    """Files that were received: the job that reads them, what those that were kept become, and those that were not."""

    job_id: str
    documents: list[Upload]
    refused: list[Refused]


class Library:
    """The current generation of the index, with the jobs that write to it."""

    def __init__(
        self,
        settings: Settings,
        domain: Domain,
        embedder: Embedder,
        sparse: Bm25Encoder,
        store: IndexStore,
        ingestion: Ingestion,
        metrics: Metrics,
        reranker: Reranker | None = None,
        tracer: Tracer = NO_TRACER,
    ) -> None:
        self.embedder = embedder
        self._reranker = reranker
        self._ingestion = ingestion
        self.jobs = Jobs(metrics, tracer)
        self._settings = settings
        self._domain = domain
        self._sparse = sparse
        self._store = store
        self._metrics = metrics
        self._current = CurrentIndex(store)
        self._uploads = Uploads(uploads_folder(settings))
        self._unread = UnreadUploads(self.jobs)
        self.original_files = OriginalFiles(settings, domain)
        self.health = CorpusHealth(lambda: self.index, metrics)
        self._deleted_while_writing: set[str] = set()
        self._closing = threading.Event()

    # Opening and closing

    def open(self) -> None:
        """Open the index and load the embedder. Blocks. Raises IndexFault or EmbeddingError."""
        check_domain(self._settings, self._domain)
        index = self._store.open()
        self.embedder.embed(["warm"])
        self._current.replace(index)
        self._record_size()

    def has_index(self) -> bool:
        """Whether there is an index, which `open` would otherwise make. Raises IndexFault."""
        return self._store.exists()

    @property
    def place(self) -> str:
        """The folder or URL of the index, for messages."""
        return self._store.place

    def open_index(self) -> None:
        """Open the index alone: an ingestion that finds nothing new needs no embedder. Raises IndexFault.

        An index that has to be rebuilt is no error here: `index` raises FingerprintMismatch then.
        """
        try:
            self._current.replace(self._store.open())
        except FingerprintMismatch as error:
            self._current.fail(error)

    def open_in_background(self, opened: Callable[[], None]) -> None:
        """Open in a thread, and call `opened` after it; until then `index` raises NotReady."""

        def run() -> None:
            try:
                self.open()
                self._report_missing()
                self._resume_uploads()
            except GroundworkError as error:
                _log.error("the index cannot be used: %s", error)
                self._current.fail(error)
            except Exception as error:
                # A bug; without this the service would be starting for ever.
                _log.error("unexpected error while opening", exc_info=error)
                self._current.fail(IndexFault("The index could not be opened; the log of the service says why."))
            opened()
            if self._store.is_shared:
                self._follow()

        threading.Thread(target=run, name="opening", daemon=True).start()

    def _follow(self) -> None:
        """Open the generation that another process makes the current one, until the service ends."""
        refused = ""
        while not self._closing.wait(_FOLLOW_SECONDS):
            try:
                if self._current.is_behind():
                    self._current.replace(self._store.open())
                    self._record_size()
                    self.health.changed()
                    self.health.examine_in_background()
                    _log.info("another generation of the index has become the current one")
            except IndexFault as error:
                # The server is away, or the generation was made with another embedder: the one before answers on.
                if str(error) != refused:
                    _log.warning("the current generation of the index cannot be opened: %s", error)
                refused = str(error)

    def close(self) -> list[Job]:
        """Cancel the jobs and close the index; return the jobs that were queued or running, as they were."""
        self._closing.set()
        unfinished = self.jobs.close()
        self.health.close()
        self._ingestion.close()
        self.embedder.close()
        self._current.close()
        return unfinished

    # Reading

    @property
    def index(self) -> Index:
        """The current generation. Raises what opening it raised, or NotReady while it is being opened."""
        return self._current.opened

    def retriever(self, readers: Readers) -> Retriever:
        """Return the collaborators of a search on behalf of readers. Raises what `index` raises."""
        index = self.index.visible_to(readers)
        return Retriever(index, self.embedder, self._sparse, self._reranker, self._metrics.rerank_failure)

    def documents(self, readers: Readers) -> list[DocumentRecord]:
        """Return every document that these readers may read and whose chunks are all written."""
        return [record for record in self.index.visible_to(readers).records() if record.complete]

    def document_page(self, readers: Readers, begin: str | None, limit: int) -> RecordPage:
        """Return some of `documents` and where the next ones begin, without listing the others."""
        return self.index.visible_to(readers).record_page(begin, limit)

    def document(self, document_id: str, readers: Readers) -> Document:
        """Return the parsed document; for a copy, with the text of the document that it is the same as.

        Raises NotFound where there is none that these readers may read.
        """
        index = self.index.visible_to(readers)
        found = index.document(document_id)
        original = index.document(found.same_as) if found is not None and found.same_as else found
        if found is None or original is None:
            raise _unknown(document_id)
        return replace(original, id=found.id, name=found.name, url=found.url, same_as=found.same_as)

    def unread_uploads(self, principal: Principal) -> list[UnreadUpload]:
        """Return the uploads that are not in the index, not read yet or not readable, and that the principal may see.

        Who may read a document is known only once it has been read.
        """
        unread = self._uploads.unread(self._indexed_uploads())
        return [self._unread.state(one) for one in unread if self._unread.may_be_seen(one, principal)]

    def listed_jobs(self, principal: Principal) -> list[Job]:
        """Return the jobs that the principal may see, the newest first."""
        return self.jobs.listed(principal)

    def job(self, job_id: str, principal: Principal) -> Job:
        """Return the state of a job. Raises NotFound where there is none that the principal may see."""
        return self.jobs.job(job_id, principal)

    def searched(self, only: SearchFilter, readers: Readers) -> SearchFilter:
        """Return the filter with each copy replaced by the document that it is the same as, which has the chunks."""
        if not only.document_ids:
            return only
        found = self.index.visible_to(readers).records_of(only.document_ids)
        originals = {record.id: record.same_as for record in found if record.complete and record.same_as}
        return replace(only, document_ids=tuple(originals.get(wanted, wanted) for wanted in only.document_ids))

    def size(self, readers: Readers) -> tuple[int, int]:
        """Return the numbers of documents and of chunks that these readers may read."""
        index = self.index.visible_to(readers)
        return index.document_count(), index.chunk_count()

    @contextmanager
    def unchanging(self) -> Iterator[tuple[Index, Fingerprint]]:
        """Give the index and what it was made with; no job writes to it until the block ends. Jobs wait.

        Raises what `index` raises, and Conflict while a job writes for longer than a minute.
        """
        if not self.jobs.writing.acquire(timeout=_BACKUP_WAIT_SECONDS):
            raise Conflict(
                "Documents are being ingested. Wait until that has ended, or cancel it (GET /v1/ingest/jobs), and try "
                "again.",
                code="ingestion_is_running",
            )
        try:
            yield self.index, self._store.fingerprint
        finally:
            self.jobs.writing.release()

    # Writing

    def start_ingestion(self, paths: list[Path], *, rebuilding: bool, by: Principal) -> str:
        """Queue an ingestion of the paths; return the job's id."""
        return self._submit(lambda progress: self.ingest(paths, rebuilding=rebuilding, progress=progress), by.id)

    def start_taking_over(self, old: str, new: Path, by: Principal) -> str:
        """Queue that a moved folder takes the documents of a source over; return the job's id."""
        return self._submit(lambda progress: self.take_over(old, new, progress), by.id)

    def start_rollback(self, by: Principal) -> str:
        """Queue the return to the generation before; return the job's id."""
        return self._submit(lambda _: self.roll_back(), by.id)

    def start_forgetting(self, sources: list[str], by: Principal) -> str:
        """Queue the removal of sources; return the job's id."""
        return self._submit(lambda _: self.forget(sources), by.id)

    def upload(self, files: Sequence[SentFile], *, replacing: bool, by: Principal) -> QueuedUploads:
        """Keep the files that can be documents, all or none of them, and queue their ingestion.

        With `replacing`, a file is the new version of the document with its name; else it is a document of its own,
        and so it is where the principal may not read that document.
        Raises what `index` raises: without an open index no file is kept either; and DomainMismatch, RequestError and
        TooLarge.
        """
        _ = self.index
        open_uploads(self._settings, self._domain)
        kept, refused = separate(files)
        uploads = self._uploads.receive(kept, replace=replacing, hidden=self._hidden_uploads(by))
        self._unread.sent(uploads, by.id)
        return QueuedUploads(self._start_uploads(uploads, by.id), uploads, refused)

    def ingest(self, paths: list[Path], *, rebuilding: bool, progress: ReportProgress) -> IngestReport:
        """Read the paths (or everything that was read before) into the index, or into a new generation of it."""
        sources = choose_sources(self._settings, self._domain, paths, rebuilding=rebuilding)
        if rebuilding:
            rebuilt, report = self._ingestion.rebuild(sources, self._store, progress)
            if rebuilt is not None:
                self._current.replace(rebuilt)
        else:
            for inner, outer in absorbed(self._settings, sources):
                self.index.change_source(inner, outer)
            report = self._ingestion.ingest(sources, self.index, progress)
        if report.exit_code != 1:
            record_paths(self._settings, self._domain, sources, forget_others=rebuilding)
        return self._recorded(report)

    def take_over(self, old: str, new: Path, progress: ReportProgress) -> IngestReport:
        """Make the documents of the source `old` those of the folder `new`, where it is now, and read that.

        `old` is its name in the index, or the path at which it was. Raises ConfigurationError for a source that does
        not exist, and for a folder that has none of its documents.
        """
        records = self.index.records()
        name = named_source(self._settings, {record.source for record in records}, old)
        of_old = {record.id for record in records if record.source == name}
        source = moved_source(self._settings, self._domain, name, new)
        if of_old and of_old.isdisjoint(item.document_id for item in source.items()):
            raise ConfigurationError(
                f"None of the {len(of_old)} document(s) of the source '{name}' is in {new}: it is another folder. Name "
                f"the one that has moved, or remove the old source: {forget_command(name)}"
            )
        self.index.change_source(name, source.name)
        record_moved(self._settings, self._domain, name, source)
        return self._recorded(self._ingestion.ingest([source], self.index, progress))

    def roll_back(self) -> IngestReport:
        """Make the generation of the index before the last rebuild the current one; a second call goes back.

        Its documents are reported as unchanged. Raises what `IndexStore.roll_back` raises.
        """
        self._current.replace(self._store.roll_back())
        self.health.changed()
        return self._recorded(IngestReport(unchanged=self.size(EVERYTHING)[0]))

    def ingest_uploads(self, uploads: Sequence[Upload], progress: ReportProgress) -> IngestReport:
        """Read these uploads into the index, and no others."""
        report = self._ingestion.ingest([self._uploads.source(uploads)], self.index, progress)
        self._uploads.finish(uploads, report)
        return self._recorded(report)

    def forget(self, sources: Sequence[str]) -> IngestReport:
        """Remove sources and all of their documents. A source is its name in the index, or the path of its folder.

        From an index that has to be rebuilt nothing is removed: the rebuild leaves the source out. Raises
        ConfigurationError for a source that does not exist, and Conflict for uploads whose files exist.
        """
        index = None if self._current.has_to_be_rebuilt else self.index
        names = {record.source for record in index.records()} if index is not None else set()
        chosen = [named_source(self._settings, names, source) for source in sources]
        if UPLOADS in chosen and self._uploads.unread(()):
            raise Conflict(
                f"The folder {self._uploads.folder} has files, which the next run would read again. Delete uploads "
                "with DELETE /v1/documents/{id}, or move the files to another folder first.",
                code="document_has_a_source",
            )
        report = forget(chosen, index) if index is not None else IngestReport(forgotten=tuple(chosen))
        for name in chosen:
            forget_source(self._settings, self._domain, name)
        return self._recorded(report)

    def delete(self, document_id: str, by: Principal) -> str | None:
        """Remove an uploaded document, whether it has been read or not.

        Where it has a copy, that becomes a document of its own: return the id of the job that reads it, else None.
        Raises NotFound, also where the principal may not read it, and Conflict for a document that the next run would
        bring back.
        """
        index = self.index.visible_to(EVERYTHING)
        record = next(iter(index.records_of([document_id])), None)
        if document_id in self._hidden_uploads(by) or (record and not by.readers.may_read(record.groups)):
            raise _unknown(document_id)
        if record is not None and record.source != UPLOADS:
            raise Conflict(
                f"'{document_id}' comes from the source {record.source}, and the next run would bring it back. "
                "Remove the file there and run: groundwork ingest",
                code="document_has_a_source",
            )
        discarded = self._uploads.discard(document_id)
        if record is None and not discarded:
            raise _unknown(document_id)
        # Before the document is removed; the copies of an upload are uploads.
        uploads = index.records_of(self._uploads.unread(()))
        copies = [copy.id for copy in uploads if copy.same_as == document_id]
        self._unread.deleted(document_id)
        if self.jobs.writing.acquire(blocking=False):
            try:
                self.index.remove_document(document_id)
                self.index.settle()
            finally:
                self.jobs.writing.release()
        else:
            self._deleted_while_writing.add(document_id)
            self.index.remove_document(document_id)
        self.health.changed()
        self._record_size()
        return self._start_uploads(self._uploads.of(copies), by.id) if copies else None

    def cancel(self, job_id: str, by: Principal) -> Job:
        """Cancel a job; the new versions that it had not read are dropped. Raises what `Jobs.cancel` raises."""
        self.jobs.job(job_id, by)
        cancelled = self.jobs.cancel(job_id)
        self._uploads.drop_versions(self._unread.of_job(job_id))
        return cancelled

    def _hidden_uploads(self, principal: Principal) -> set[str]:
        """Return the ids of the uploads that a principal may neither read nor see as unread."""
        groups = {record.id: record.groups for record in self._indexed_uploads().values()}
        return {
            found
            for found in self._uploads.unread(())
            if not (
                principal.readers.may_read(groups[found])
                if found in groups
                else self._unread.may_be_seen(found, principal)
            )
        }

    def _indexed_uploads(self) -> dict[str, DocumentRecord]:
        """Return the uploads in the index by their ids; nothing else of the index is listed."""
        found = self.index.visible_to(EVERYTHING).records_of(self._uploads.unread(()))
        return {record.id: record for record in found if record.complete}

    def _submit(self, work: Work, owner: str | None) -> str:
        """Queue a run, after which what was deleted while it wrote is removed once more."""

        def run(progress: ReportProgress) -> IngestReport:
            try:
                return work(progress)
            finally:
                self._remove_deleted()
                self.health.examine_in_background()

        return self.jobs.submit(run, owner)

    def _remove_deleted(self) -> None:
        while self._deleted_while_writing:
            deleted = self._deleted_while_writing.pop()
            # Another file of this name may have been uploaded since.
            if not self._uploads.has(deleted):
                self.index.remove_document(deleted)
                self.health.changed()
                self._record_size()

    def _start_uploads(self, uploads: Sequence[Upload], owner: str | None) -> str:
        job_id = self._submit(lambda progress: self.ingest_uploads(uploads, progress), owner)
        self._unread.queued(uploads, job_id)
        return job_id

    def _resume_uploads(self) -> None:
        """Queue the uploads that an earlier process did not read: it ended before, or they could not be read."""
        waiting = self._uploads.unfinished(self._indexed_uploads())
        if waiting:
            _log.info("%d upload(s) were not read before the service ended; they are read now", len(waiting))
            self._start_uploads(waiting, owner=None)

    def _report_missing(self) -> None:
        for source in missing_sources(self._settings, self._domain):
            _log.warning(
                "the source %s does not exist any more; its documents are still answered from. Mount its disk or move "
                "it back; if it is gone for good: %s",
                source.root,
                forget_command(source.name),
            )

    def _recorded(self, report: IngestReport) -> IngestReport:
        self._unread.reported(report)
        self._metrics.ingestion(report)
        if report.created or report.updated or report.deleted or report.forgotten:
            self.health.changed()
        self._record_size()
        return report

    def _record_size(self) -> None:
        if self._current.is_open:
            documents, chunks = self.size(EVERYTHING)
            self._metrics.index(documents, chunks)


def _unknown(document_id: str) -> NotFound:
    return NotFound(f"There is no document '{document_id}'.", code="document_not_found")
