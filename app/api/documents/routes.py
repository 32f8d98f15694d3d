"""`/v1/documents`, `/v1/ingest` and its jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Header, Query, Request, UploadFile
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse

from app.api.callers import Caller, note_target
from app.api.documents.ranges import check_range
from app.api.documents.requests import IngestRequest
from app.api.documents.responses import (
    MOST_DOCUMENTS,
    CorpusHealth,
    DocumentDeleted,
    DocumentList,
    DocumentRow,
    DocumentText,
    IngestionJob,
    JobList,
    JobQueued,
    UnreadUpload,
    UploadsQueued,
)
from app.api.openapi import ORIGINAL, error_responses
from app.service.service import Service

DocumentId = Annotated[str, PathParameter(description="The document's id, slashes included.")]
JobId = Annotated[str, PathParameter(description="The job's id.")]
Files = Annotated[list[UploadFile], File(description="The files.")]
Replace = Annotated[
    bool,
    Form(
        description="Whether a file is the new version of the uploaded document with its name. Without it, a file "
        "whose name belongs to another content becomes a document of its own, with a number in its name."
    ),
]
Limit = Annotated[int, Query(description="The most documents that are listed.", ge=1, le=MOST_DOCUMENTS)]
Cursor = Annotated[UUID | None, Query(description="The `next_cursor` of the page before; the first page without it.")]
_FILE_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox allow-downloads"
)
"""Nothing in a file runs, or acts for the service's page, whatever a browser takes it for. Chromium's viewer of PDFs
works under it, opens the page of `#page=2`, and saves the file."""
Range = Annotated[str, Header(alias="Range", description="The bytes to send: `bytes=0-999`, `bytes=-500`.")]
Token = Annotated[str | None, Header(description="The token from the data directory.")]


def document_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()
    library = service.library

    @routes.get("/v1/documents", responses=error_responses(503))
    def documents(principal: Caller, limit: Limit = MOST_DOCUMENTS, cursor: Cursor = None) -> DocumentList:
        """List documents that the caller may read, without their texts, and the uploads that are not read.

        Where there are more than `limit`, `next_cursor` asks for the next page. A page is ordered by id; which
        documents are on it follows from the index, and not from their ids.
        """
        page = library.document_page(principal.readers, None if cursor is None else str(cursor), limit)
        # The first page alone has them: they are few.
        unread = library.unread_uploads(principal) if cursor is None else []
        return DocumentList(
            documents=[DocumentRow.model_validate(record) for record in page.records],
            unread=[UnreadUpload.model_validate(upload) for upload in unread],
            next_cursor=page.following,
            total=library.size(principal.readers)[0],
        )

    @routes.get("/v1/corpus-health", responses=error_responses(503))
    def corpus_health(principal: Caller) -> CorpusHealth:
        """Show where documents disagree, repeat one another, or are past their own dates.

        They are examined after an ingestion; the first request after a change waits for it.
        """
        return CorpusHealth.model_validate(library.health.examination(principal.readers))

    @routes.post("/v1/documents", status_code=202, responses=error_responses(503, 507, changes=True))
    def upload(sent: Request, files: Files, principal: Caller, replace: Replace = False) -> UploadsQueued:
        """Keep the files that can be documents, and ingest them in a job, which reports these files alone.

        Where none can be one, the request is refused.
        """
        note_target(sent, ", ".join(file.filename or "" for file in files))
        return UploadsQueued.model_validate(
            library.upload([(file.filename, file.file) for file in files], replacing=replace, by=principal)
        )

    @routes.get(
        "/v1/documents/{document_id:path}/original",
        response_class=FileResponse,
        responses={**ORIGINAL, **error_responses(404, 409, 416, 503)},
    )
    def original(document_id: DocumentId, principal: Caller, range_: Range = "") -> FileResponse:
        """Send the file that a document was read from, or a part of it, while it is the same file."""
        file = library.original_files.of(library.document(document_id, principal.readers))
        check_range(range_, file.bytes)
        return FileResponse(
            file.path,
            filename=file.name,
            content_disposition_type="inline" if file.inline else "attachment",
            headers={
                # As a header: `media_type` would become UTF-8 for every text.
                "Content-Type": file.media_type,
                "ETag": f'"{file.content_hash}"',
                "Cache-Control": "no-cache",
                "Content-Security-Policy": _FILE_POLICY,
                "Cross-Origin-Resource-Policy": "same-origin",
            },
        )

    @routes.get("/v1/documents/{document_id:path}", responses=error_responses(404, 503))
    def document(document_id: DocumentId, principal: Caller) -> DocumentText:
        """Show one document with its parsed text, which citations have their offsets in."""
        found = library.document(document_id, principal.readers)
        return DocumentText.of(found, library.original_files.find(found))

    @routes.delete("/v1/documents/{document_id:path}", responses=error_responses(404, 409, 503, 507, changes=True))
    def delete(document_id: DocumentId, principal: Caller) -> DocumentDeleted:
        """Remove an uploaded document, also one that is not read yet or could not be read."""
        return DocumentDeleted(id=document_id, job_id=library.delete(document_id, principal))

    @routes.post("/v1/ingest", status_code=202, responses=error_responses(changes=True))
    def ingest(request: IngestRequest, sent: Request, principal: Caller, x_groundwork_token: Token = None) -> JobQueued:
        """Ingest folders of this machine, or remove sources. For the command line, which can read the token."""
        service.authorize(x_groundwork_token)
        note_target(sent, ", ".join(request.forget or request.moved or request.paths))
        if request.rollback:
            return JobQueued(job_id=library.start_rollback(principal))
        if request.moved:
            return JobQueued(job_id=library.start_taking_over(request.moved[0], Path(request.moved[1]), principal))
        if request.forget:
            return JobQueued(job_id=library.start_forgetting(request.forget, principal))
        paths = [Path(path) for path in request.paths]
        return JobQueued(job_id=library.start_ingestion(paths, rebuilding=request.rebuild, by=principal))

    @routes.get("/v1/ingest/jobs", responses=error_responses())
    def jobs(principal: Caller) -> JobList:
        """List the jobs since the service started that the caller may see, the newest first; 100 that have ended."""
        return JobList(jobs=[IngestionJob.model_validate(job) for job in library.listed_jobs(principal)])

    @routes.get("/v1/ingest/jobs/{job_id}", responses=error_responses(404))
    def job(job_id: JobId, principal: Caller) -> IngestionJob:
        """Show how far a job is, and its report."""
        return IngestionJob.model_validate(library.job(job_id, principal))

    @routes.delete("/v1/ingest/jobs/{job_id}", responses=error_responses(404, 409, changes=True))
    def cancel(job_id: JobId, principal: Caller) -> IngestionJob:
        """Cancel a queued or running job; what it wrote stays. One that ends a write is still `running` for a moment.

        The next ingestion of the same documents goes on from there.
        """
        return IngestionJob.model_validate(library.cancel(job_id, principal))

    return routes
