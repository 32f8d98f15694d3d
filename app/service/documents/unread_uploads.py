"""What is known of uploads that are not in the index: who sent them, which job reads them, why they were not read.

It lives as long as the process, as jobs do.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.service.documents.jobs import Job, Jobs
from app.service.documents.uploads import Upload
from app.service.principals import Principal
from core.errors import Conflict, NotFound
from ingest.report import IngestReport

UploadStatus: TypeAlias = Literal["queued", "running", "failed"]


@dataclass(frozen=True, slots=True)
class UnreadUpload:
    """An upload that is not in the index. `reason` completes the sentence "it was not read: …"; None before that."""

    id: str
    status: UploadStatus
    reason: str | None = None


class UnreadUploads:
    """The states of uploads by their ids: of each the last one that was sent, and the job that reads it."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._read_by: dict[str, tuple[Upload, str]] = {}
        self._sent_by: dict[str, str | None] = {}
        self._failures: dict[str, str] = {}

    def sent(self, uploads: Sequence[Upload], sender: str | None) -> None:
        """Note who sent uploads: the id of a principal, None for an anonymous one."""
        self._sent_by |= {upload.id: sender for upload in uploads}

    def queued(self, uploads: Sequence[Upload], job_id: str) -> None:
        """Note which job reads uploads."""
        self._read_by |= {upload.id: (upload, job_id) for upload in uploads}

    def reported(self, report: IngestReport) -> None:
        """Note why files were not read."""
        self._failures |= {row.path: row.reason for row in (*report.failed, *report.skipped)}

    def deleted(self, document_id: str) -> None:
        """Forget why an upload was not read, and cancel the job that was to read it, unless it has others to read."""
        self._failures.pop(document_id, None)
        _, job_id = self._read_by.get(document_id, (None, ""))
        if not any(upload.path.is_file() for upload in self.of_job(job_id)):
            # Most jobs have ended by then, and the old ones are forgotten.
            with suppress(Conflict, NotFound):
                self._jobs.cancel(job_id)

    def of_job(self, job_id: str) -> list[Upload]:
        """Return the uploads that a job reads."""
        return [upload for upload, reads_it in self._read_by.values() if reads_it == job_id]

    def may_be_seen(self, document_id: str, principal: Principal) -> bool:
        """Whether a principal may see an upload that is not read: who may read it is known only then."""
        return principal.may_follow(self._sent_by.get(document_id))

    def state(self, document_id: str) -> UnreadUpload:
        """Return the state of an upload that is not in the index."""
        job = self._job_of(document_id)
        if job is not None and job.status in ("queued", "running"):
            return UnreadUpload(document_id, job.status)
        reason = self._failures.get(document_id) or (job.error if job else None)
        if reason is None and job is not None and job.status == "cancelled":
            reason = "its job was cancelled"
        return UnreadUpload(document_id, "failed", reason or "it has not been read; run: groundwork ingest")

    def _job_of(self, document_id: str) -> Job | None:
        """Return the last job that was to read an upload; None where none was, or where it is forgotten."""
        found = self._read_by.get(document_id)
        try:
            return self._jobs.state(found[1]) if found is not None else None
        except NotFound:
            return None
