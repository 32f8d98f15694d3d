"""`/v1/documents`, `/v1/ingest` and its jobs."""

from __future__ import annotations

import uuid
from pathlib import Path, PurePosixPath
from typing import Annotated

from fastapi import APIRouter, File, Header, UploadFile
from fastapi import Path as PathParameter

from app.api.openapi import error_responses
from app.api.requests import IngestRequest
from app.api.responses import DocumentDeleted, DocumentList, DocumentRow, DocumentText, IngestionJob, JobQueued
from app.service.service import Service
from core.disk import check_free
from core.errors import RequestError, TooLarge
from ingest.parse import MAX_BYTES, is_supported

_BLOCK = 1 << 20
_NAME_BYTES = 200
"""File systems allow 255, of which a temporary file's name needs a few more."""

DocumentId = Annotated[str, PathParameter(description="The document's id, slashes included.")]
JobId = Annotated[str, PathParameter(description="The job's id.")]
Files = Annotated[list[UploadFile], File(description="The files. One of the same name is replaced.")]
Token = Annotated[str | None, Header(description="The token from the data directory.")]


def document_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()
    library = service.library

    @routes.get("/v1/documents", responses=error_responses(503))
    def documents() -> DocumentList:
        """List every document, without its text."""
        return DocumentList(documents=[DocumentRow.model_validate(record) for record in library.documents()])

    @routes.post("/v1/documents", status_code=202, responses=error_responses(503, 507, changes=True))
    def upload(files: Files) -> JobQueued:
        """Keep the files, and ingest them in a job."""
        names = [safe_name(file.filename) for file in files]
        folder = library.open_uploads()
        check_free(folder, sum(file.size or 0 for file in files))
        for file, name in zip(files, names, strict=True):
            save_upload(file, folder / name)
        return JobQueued(job_id=library.start_uploads())

    @routes.get("/v1/documents/{document_id:path}", responses=error_responses(404, 503))
    def document(document_id: DocumentId) -> DocumentText:
        """Show one document with its parsed text, which citations have their offsets in."""
        return DocumentText.model_validate(library.document(document_id))

    @routes.delete("/v1/documents/{document_id:path}", responses=error_responses(404, 409, 503, 507, changes=True))
    def delete(document_id: DocumentId) -> DocumentDeleted:
        """Remove an uploaded document."""
        library.delete(document_id)
        return DocumentDeleted(id=document_id)

    @routes.post("/v1/ingest", status_code=202, responses=error_responses(changes=True))
    def ingest(request: IngestRequest, x_groundwork_token: Token = None) -> JobQueued:
        """Ingest folders of this machine. For the command line, which can read the token."""
        service.authorize(x_groundwork_token)
        paths = [Path(path) for path in request.paths]
        return JobQueued(job_id=library.start_ingestion(paths, rebuilding=request.rebuild))

    @routes.get("/v1/ingest/jobs/{job_id}", responses=error_responses(404))
    def job(job_id: JobId) -> IngestionJob:
        """Show how far a job is, and its report."""
        return IngestionJob.model_validate(library.jobs.job(job_id))

    @routes.delete("/v1/ingest/jobs/{job_id}", responses=error_responses(404, 409, changes=True))
    def cancel(job_id: JobId) -> IngestionJob:
        """Cancel a queued or running job; what it wrote stays. One that ends a write is still `running` for a moment.

        The next ingestion of the same documents goes on from there.
        """
        return IngestionJob.model_validate(library.jobs.cancel(job_id))

    return routes


def safe_name(filename: str | None) -> str:
    """Return the last part of a file's name, which cannot point out of the folder. Raises RequestError."""
    name = PurePosixPath((filename or "").replace("\\", "/")).name
    if not name or name.startswith(".") or any(ord(character) < 32 for character in name):
        raise RequestError(f"{filename!r} cannot be a document's name. Give the file a plain name.", code="bad_name")
    if len(name.encode()) > _NAME_BYTES:
        raise RequestError(f"'{name[:40]}…' is too long; a name has at most {_NAME_BYTES} bytes.", code="bad_name")
    if not is_supported(name):
        ending = PurePosixPath(name).suffix or "no ending"
        raise RequestError(f"'{name}' ({ending}) is of a kind that is not read.", code="unsupported_document")
    return name


def save_upload(file: UploadFile, target: Path) -> None:
    """Write a temporary file beside the target, then rename it: a broken upload never replaces a document.

    Uploads of one name at the same time do not touch each other; the last one to end stays. Raises TooLarge.
    """
    # The leading dot hides it from the ingestion.
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    size = 0
    try:
        with temporary.open("xb") as out:
            while block := file.file.read(_BLOCK):
                size += len(block)
                if size > MAX_BYTES:
                    raise TooLarge(f"'{target.name}' has more than {MAX_BYTES:,} bytes. Split it.", code="too_large")
                out.write(block)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
