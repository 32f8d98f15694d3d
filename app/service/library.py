"""The documents of a running service: its index, and how documents get into it and out of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from app.answer.retrieve import Retriever
from app.service.jobs import Job, Jobs
from app.service.metrics import Metrics
from core.domain import Domain
from core.embedding import Embedder
from core.errors import Conflict, GroundworkError, IndexFault, NotFound, NotReady
from core.index import Bm25Encoder, Index, IndexStore
from core.settings import Settings
from core.types import Document, DocumentRecord
from ingest.known_sources import check_domain, choose_sources, open_uploads, record_paths, uploads_folder
from ingest.process import Ingestion
from ingest.progress import ReportProgress
from ingest.report import IngestReport
from ingest.sources import UPLOADS, uploads_source

_log = logging.getLogger("groundwork")


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
    ) -> None:
        self.embedder = embedder
        self._ingestion = ingestion
        self.jobs = Jobs()
        self._settings = settings
        self._domain = domain
        self._sparse = sparse
        self._store = store
        self._metrics = metrics
        self._index: Index | None = None
        self._failure: GroundworkError | None = None

    # Opening and closing

    def open(self) -> None:
        """Open the index and load the embedder. Blocks. Raises IndexFault or EmbeddingError."""
        check_domain(self._settings, self._domain)
        index = self._store.open()
        self.embedder.embed(["warm"])
        self._index = index
        self._record_size()

    def open_index(self) -> None:
        """Open the index alone: an ingestion that finds nothing new needs no embedder. Raises IndexFault."""
        self._index = self._store.open()

    def open_in_background(self, opened: Callable[[], None]) -> None:
        """Open in a thread, and call `opened` after it; until then `index` raises NotReady."""

        def run() -> None:
            try:
                self.open()
            except GroundworkError as error:
                _log.error("the index cannot be used: %s", error)
                self._failure = error
            except Exception as error:
                # A bug; without this the service would be starting for ever.
                _log.error("unexpected error while opening", exc_info=error)
                self._failure = IndexFault("The index could not be opened; the log of the service says why.")
            opened()

        threading.Thread(target=run, name="opening", daemon=True).start()

    def close(self) -> list[Job]:
        """Cancel the jobs and close the index; return the jobs that were queued or running, as they were."""
        unfinished = self.jobs.close()
        self._ingestion.close()
        if self._index is not None:
            self._index.close()
            self._index = None
        return unfinished

    # Reading

    @property
    def index(self) -> Index:
        """The current generation. Raises what opening it raised, or NotReady while it is being opened."""
        if self._failure is not None:
            raise self._failure
        if self._index is None:
            raise NotReady(
                "The service is loading the embedder and the index. Try again in a few seconds.", code="starting"
            )
        return self._index

    @property
    def uploads(self) -> Path:
        """The folder in which uploaded documents are kept; it may not exist yet."""
        return uploads_folder(self._settings)

    def open_uploads(self) -> Path:
        """Return the folder of uploads, made and recorded as this domain's.

        Raises what `index` raises: without an open index no file is kept either; and DomainMismatch.
        """
        _ = self.index
        return open_uploads(self._settings, self._domain)

    def retriever(self) -> Retriever:
        """Return the collaborators of a search. Raises what `index` raises."""
        return Retriever(self.index, self.embedder, self._sparse)

    def documents(self) -> list[DocumentRecord]:
        """Return every document whose chunks are all written."""
        return [record for record in self.index.records() if record.complete]

    def document(self, document_id: str) -> Document:
        """Return the parsed document. Raises NotFound."""
        found = self.index.document(document_id)
        if found is None:
            raise _unknown(document_id)
        return found

    def size(self) -> tuple[int, int]:
        """Return the numbers of documents and of chunks."""
        records = self.documents()
        return len(records), sum(record.chunks for record in records)

    # Writing

    def start_ingestion(self, paths: list[Path], *, rebuilding: bool) -> str:
        """Queue an ingestion of the paths; return the job's id."""
        return self.jobs.submit(lambda progress: self.ingest(paths, rebuilding=rebuilding, progress=progress))

    def start_uploads(self) -> str:
        """Queue an ingestion of the uploads; return the job's id."""
        return self.jobs.submit(self.ingest_uploads)

    def ingest(self, paths: list[Path], *, rebuilding: bool, progress: ReportProgress) -> IngestReport:
        """Read the paths (or everything that was read before) into the index, or into a new generation of it."""
        sources = choose_sources(self._settings, self._domain, paths, rebuilding=rebuilding)
        if rebuilding:
            rebuilt, report = self._ingestion.rebuild(sources, self._store, progress)
            if rebuilt is not None:
                # Requests that still read the old generation keep it alive until they end.
                self._index, self._failure = rebuilt, None
        else:
            report = self._ingestion.ingest(sources, self.index, progress)
        if report.exit_code != 1:
            record_paths(self._settings, self._domain, sources, forget_others=rebuilding)
        return self._recorded(report)

    def ingest_uploads(self, progress: ReportProgress) -> IngestReport:
        """Read the folder of uploads into the index."""
        return self._recorded(self._ingestion.ingest([uploads_source(self.uploads)], self.index, progress))

    def delete(self, document_id: str) -> None:
        """Remove an uploaded document.

        Raises NotFound, and Conflict for a document that the next run would bring back, and while a job is writing.
        """
        record = next((record for record in self.documents() if record.id == document_id), None)
        if record is None:
            raise _unknown(document_id)
        if record.source != UPLOADS:
            raise Conflict(
                f"'{document_id}' comes from the source {record.source}, and the next run would bring it back. "
                "Remove the file there and run: groundwork ingest",
                code="document_has_a_source",
            )
        if not self.jobs.writing.acquire(blocking=False):
            raise Conflict(
                f"'{document_id}' cannot be deleted while documents are being ingested. Try again when the ingestion "
                "has ended.",
                code="ingestion_running",
            )
        try:
            (self.uploads / document_id.removeprefix(f"{UPLOADS}/")).unlink(missing_ok=True)
            self.index.remove_document(document_id)
            self.index.settle()
            self._record_size()
        finally:
            self.jobs.writing.release()

    def _recorded(self, report: IngestReport) -> IngestReport:
        self._metrics.ingestion(report)
        self._record_size()
        return report

    def _record_size(self) -> None:
        if self._index is not None:
            documents, chunks = self.size()
            self._metrics.index(documents, chunks)


def _unknown(document_id: str) -> NotFound:
    return NotFound(f"There is no document '{document_id}'.", code="document_not_found")
