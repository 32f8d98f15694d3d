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
from typing import Any, Literal, TypeAlias

from core.errors import GroundworkError, NotFound
from ingest.report import IngestReport
from ingest.run import Progress, ReportProgress

_MAX_ENDED = 100
"""Ended jobs whose reports are kept."""
_log = logging.getLogger("groundwork")
Work: TypeAlias = Callable[[ReportProgress], IngestReport]
Status: TypeAlias = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `error` is set when the run failed as a whole; a file that failed is in the report."""

    id: str
    status: Status
    progress: Progress | None = None
    report: IngestReport | None = None
    error: str | None = None


class Jobs:
    """A queue with one worker. `writing` is held while a job runs; other writers to the index take it too.

    Any number of threads may submit jobs and read their states.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[str, Work] | None] = queue.Queue()
        self._closing = threading.Event()
        self._worker = threading.Thread(target=self._run, name="ingestion", daemon=True)
        self.writing = threading.Lock()
        self._worker.start()

    def submit(self, work: Work) -> str:
        """Queue a run; return its id."""
        job_id = f"job-{uuid.uuid4().hex[:16]}"
        with self._lock:
            self._jobs[job_id] = Job(job_id, "queued")
            for ended in [old for old, job in self._jobs.items() if job.status in ("done", "failed")][:-_MAX_ENDED]:
                del self._jobs[ended]
        self._waiting.put((job_id, work))
        return job_id

    def job(self, job_id: str) -> Job:
        """Return the state of a run. Raises NotFound."""
        with self._lock:
            found = self._jobs.get(job_id)
        if found is None:
            raise NotFound(
                f"There is no ingestion job '{job_id}'. Jobs are forgotten when the service restarts.",
                code="job_not_found",
            )
        return found

    def close(self) -> None:
        """Wait for the running job, and start none after it."""
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
                # A bug; without this it would end the worker, and every later job would wait forever.
                _log.error("unexpected error in the ingestion job %s", job_id, exc_info=error)
                self._change(
                    job_id, status="failed", error="Something went wrong in the service; its log has the cause."
                )
            else:
                self._change(job_id, status="done", report=report)

    def _change(self, job_id: str, **values: Any) -> None:
        with self._lock:
            self._jobs[job_id] = replace(self._jobs[job_id], **values)
