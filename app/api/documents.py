"""`/v1/documents`, `/v1/ingest` and its jobs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, File, Header, UploadFile

from app.api.schemas import IngestRequest
from app.service.service import Service
from core.errors import RequestError, TooLarge
from ingest.known_sources import uploads_folder
from ingest.parse import MAX_BYTES, is_supported

_BLOCK = 1 << 20
_NAME_BYTES = 200
"""File systems allow 255, of which the part that is written aside needs a few."""


def document_routes(service: Service) -> APIRouter:
    """The routes over a service."""
    routes = APIRouter()

    @routes.get("/v1/documents")
    def documents() -> dict[str, Any]:
        """Every document, without its text."""
        rows = [asdict(record) for record in service.documents()]
        return {"documents": [{key: row[key] for key in row if key != "complete"} for row in rows]}

    @routes.post("/v1/documents", status_code=202)
    def upload(files: Annotated[list[UploadFile], File()]) -> dict[str, str]:
        """Keep the files, and read them in a job."""
        names = [_safe_name(file.filename) for file in files]
        folder = uploads_folder(service.settings)
        folder.mkdir(parents=True, exist_ok=True)
        _ = service.index
        for file, name in zip(files, names, strict=True):
            _save(file, folder / name)
        return {"job_id": service.jobs.submit(service.ingest_uploads)}

    @routes.get("/v1/documents/{document_id:path}")
    def document(document_id: str) -> dict[str, Any]:
        """One document with its parsed text, in which citations have their offsets."""
        found = asdict(service.document(document_id))
        return {**found, "page_starts": list(found["page_starts"])}

    @routes.delete("/v1/documents/{document_id:path}")
    def delete(document_id: str) -> dict[str, Any]:
        """Remove an uploaded document."""
        service.delete_document(document_id)
        return {"id": document_id, "deleted": True}

    @routes.post("/v1/ingest", status_code=202)
    def ingest(request: IngestRequest, x_groundwork_token: Annotated[str | None, Header()] = None) -> dict[str, str]:
        """Read folders of this machine: for the command line, which knows the token."""
        service.authorize(x_groundwork_token)
        paths = [Path(path) for path in request.paths]
        return {
            "job_id": service.jobs.submit(
                lambda progress: service.run_ingestion(paths, rebuilding=request.rebuild, progress=progress)
            )
        }

    @routes.get("/v1/ingest/jobs/{job_id}")
    def job(job_id: str) -> dict[str, Any]:
        """How far a job is, and its report."""
        return service.jobs.job(job_id).to_dict()

    return routes


def _safe_name(filename: str | None) -> str:
    """The last part of a file's name; it cannot lead out of the folder. Raises RequestError."""
    name = PurePosixPath((filename or "").replace("\\", "/")).name
    if not name or name.startswith(".") or any(ord(character) < 32 for character in name):
        raise RequestError(f"{filename!r} cannot be a document's name. Give the file a plain name.", code="bad_name")
    if len(name.encode()) > _NAME_BYTES:
        raise RequestError(f"'{name[:40]}…' is too long; a name has at most {_NAME_BYTES} bytes.", code="bad_name")
    if not is_supported(name):
        ending = PurePosixPath(name).suffix or "no ending"
        raise RequestError(f"'{name}' ({ending}) is of a kind that is not read.", code="unsupported_document")
    return name


def _save(file: UploadFile, target: Path) -> None:
    """Write aside, then rename: a broken upload never replaces a document. Raises TooLarge."""
    aside = target.with_name(f".{target.name}.part")
    size = 0
    try:
        with aside.open("wb") as out:
            while block := file.file.read(_BLOCK):
                size += len(block)
                if size > MAX_BYTES:
                    raise TooLarge(f"'{target.name}' has more than {MAX_BYTES:,} bytes. Split it.", code="too_large")
                out.write(block)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
