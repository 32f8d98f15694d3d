"""Runs of the ingestion inside the service, one after the other, in a thread of their own.

Jobs live as long as the process: after a restart their ids are unknown. What they wrote is in the index.
"""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.errors import GroundworkError, NotFound
from ingest.report import IngestReport
from ingest.run import Progress, ReportProgress

_KEPT = 100
_log = logging.getLogger("groundwork")
Work = Callable[[ReportProgress], IngestReport]


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `error` is set when it failed as a whole; a file that failed stands in the report."""

    id: str
    status: Literal["queued", "running", "done", "failed"]
    progress: Progress | None = None
    report: IngestReport | None = None
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As `GET /v1/ingest/jobs/{id}` answers."""
        progress = self.progress
        return {
            "id": self.id,
            "status": self.status,
            "progress": {"done": progress.done, "total": progress.total} if progress else None,
            "report": self.report.to_dict() if self.report else None,
            "error": self.error,
        }


class Jobs:
    """A queue with one worker. `writing` is held while a job runs; other writers take it too."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._waiting: queue.Queue[tuple[str, Work] | None] = queue.Queue()
        self._closing = threading.Event()
        self._worker = threading.Thread(target=self._run, name="ingestion", daemon=True)
        self.writing = threading.Lock()
        self._worker.start()

    def submit(self, work: Work) -> str:
        """Queue a run; returns its id."""
        job_id = f"job-{uuid.uuid4().hex[:16]}"
        self._jobs[job_id] = Job(job_id, "queued")
        for ended in [old for old, job in self._jobs.items() if job.status in ("done", "failed")][:-_KEPT]:
            del self._jobs[ended]
        self._waiting.put((job_id, work))
        return job_id

    def job(self, job_id: str) -> Job:
        """The state of a run. Raises NotFound."""
        found = self._jobs.get(job_id)
        if found is None:
            raise NotFound(
                f"There is no ingestion job '{job_id}'. Jobs are forgotten when the service restarts.",
                code="job_not_found",
            )
        return found

    def close(self) -> None:
        """Let the running job end, and start none after it."""
        self._closing.set()
        self._waiting.put(None)
        self._worker.join()

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None and not self._closing.is_set():
            job_id, work = item
            self._change(job_id, status="running")
            try:
                with self.writing:
                    report = work(lambda progress, job_id=job_id: self._change(job_id, progress=progress))  # type: ignore[misc]
            except (GroundworkError, OSError) as error:
                self._change(job_id, status="failed", error=str(error))
            except Exception as error:
                # A bug; without this it would end the worker, and every later job would wait for ever.
                _log.error("unexpected error in the ingestion job %s", job_id, exc_info=error)
                self._change(job_id, status="failed", error="Something went wrong in the service; its log says what.")
            else:
                self._change(job_id, status="done", report=report)

    def _change(self, job_id: str, **values: Any) -> None:
        self._jobs[job_id] = replace(self._jobs[job_id], **values)
