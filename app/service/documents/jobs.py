"""Runs of the ingestion, one after the other, in a thread of their own.

Jobs live as long as the process: after a restart their ids are unknown. What they wrote is in the index.
"""

from __future__ import annotations

import contextvars
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from app.service.documents.job_spans import StageSpans, describe_report, job_span
from app.service.metrics import Metrics
from app.service.principals import Principal
from core.errors import Conflict, GroundworkError, IngestionCancelled, NotFound
from core.logs import LogContext, log_as, log_context
from core.tracing import NO_TRACER, Tracer, within
from ingest.progress import Progress, ReportProgress
from ingest.report import IngestReport

_MAX_ENDED = 100
"""Ended jobs whose reports are kept."""
_CANCEL_SECONDS = 2.0
"""For which `cancel` and `close` wait. A job is cancelled between two writes to the index."""
_log = logging.getLogger("groundwork")
Work: TypeAlias = Callable[[ReportProgress], IngestReport]
Status: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]
_ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `error` is set when the run failed as a whole; a file that failed is in the report.

    `began` and `ended` are times of the monotonic clock; None before that. `owner` is the id of the principal that
    started it; None for an anonymous one, and for the service itself.
    """

    id: str
    status: Status
    progress: Progress | None = None
    report: IngestReport | None = None
    error: str | None = None
    began: float | None = None
    ended: float | None = None
    owner: str | None = None

    @property
    def elapsed_seconds(self) -> float:
        """Return for how long the job has been running, or ran."""
        if self.began is None:
            return 0.0
        return round((self.ended or time.monotonic()) - self.began, 1)


class Jobs:
    """A queue with one worker. `writing` is held while a job runs; other writers to the index take it too.

    Any number of threads may submit and cancel jobs and read their states. The log and the trace of a job have the ids
    of the request that submitted it.
    """

    def __init__(self, metrics: Metrics, tracer: Tracer = NO_TRACER) -> None:
        self._metrics = metrics
        self._tracer = tracer
        self._jobs: dict[str, Job] = {}
        self._changed = threading.Condition()
        self._cancelled: set[str] = set()
        self._waiting: queue.Queue[tuple[str, contextvars.Context, Work] | None] = queue.Queue()
        self._worker = threading.Thread(target=self._run, name="ingestion", daemon=True)
        self.writing = threading.Lock()
        self._worker.start()

    def submit(self, work: Work, owner: str | None) -> str:
        """Queue a run of the principal with this id; return the job's id.

        The work ends when what it reports its progress to raises.
        """
        job_id = f"job-{uuid.uuid4().hex[:16]}"
        with self._changed:
            self._jobs[job_id] = Job(job_id, "queued", owner=owner)
            for ended in [old for old, job in self._jobs.items() if job.status in _ENDED][:-_MAX_ENDED]:
                del self._jobs[ended]
            self._record_waiting()
        self._waiting.put((job_id, contextvars.copy_context(), work))
        return job_id

    def job(self, job_id: str, principal: Principal) -> Job:
        """Return the state of a run. Raises NotFound, also where the principal may not see it."""
        with self._changed:
            found = self._jobs.get(job_id)
            if found is None or not principal.may_follow(found.owner):
                raise _unknown(job_id)
            return found

    def listed(self, principal: Principal) -> list[Job]:
        """Return the runs that the principal may see, the newest first."""
        with self._changed:
            return [job for job in reversed(self._jobs.values()) if principal.may_follow(job.owner)]

    def state(self, job_id: str) -> Job:
        """Return the state of a run, for the service itself. Raises NotFound."""
        with self._changed:
            return self._found(job_id)

    def cancel(self, job_id: str) -> Job:
        """Cancel a run that is queued or running; return its state.

        A running one may need a moment to end its write to the index: its state is then still "running". Raises
        NotFound, and Conflict for a job that has ended.
        """
        with self._changed:
            job = self._found(job_id)
            if job.status in _ENDED:
                raise Conflict(
                    f"The ingestion job '{job_id}' has ended ({job.status}); there is nothing to cancel.",
                    code="job_has_ended",
                )
            self._cancelled.add(job_id)
            if job.status == "queued":
                self._jobs[job_id] = replace(job, status="cancelled")
                self._record_waiting()
            self._changed.wait_for(lambda: self._jobs[job_id].status in _ENDED, _CANCEL_SECONDS)
            return self._jobs[job_id]

    def close(self) -> list[Job]:
        """Cancel every job that is queued or running; return them as they were. None is started any more."""
        with self._changed:
            unfinished = [job for job in self._jobs.values() if job.status not in _ENDED]
            self._cancelled |= {job.id for job in unfinished}
        self._waiting.put(None)
        self._worker.join(_CANCEL_SECONDS)
        return unfinished

    def _found(self, job_id: str) -> Job:
        found = self._jobs.get(job_id)
        if found is None:
            raise _unknown(job_id)
        return found

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            job_id, context, work = item
            if job_id in self._cancelled:
                self._change(job_id, status="cancelled")
            else:
                self._change(job_id, status="running", began=time.monotonic())
                context.run(self._observe, job_id, work)
            self._cancelled.discard(job_id)

    def _observe(self, job_id: str, work: Work) -> None:
        """Run a job, with its log, its spans and its metrics."""
        began = time.perf_counter()
        with within(job_span(self._tracer, job_id)) as span:
            log_as(LogContext(log_context().request_id, span.trace_id, job_id=job_id))
            stages = StageSpans(span)
            try:
                self._work(job_id, work, stages)
            finally:
                stages.end()
            job = self.state(job_id)
            if job.report is not None:
                describe_report(span, job.report)
            if job.status == "failed":
                span.fail("IngestionFailed")
            span.set("groundwork.ingest.status", job.status)
            _log.info("the ingestion job %s ended: %s", job_id, job.status)
        self._metrics.job_ended(job.status, time.perf_counter() - began)

    def _work(self, job_id: str, work: Work, stages: StageSpans) -> None:
        def report(progress: Progress) -> None:
            self._change(job_id, progress=progress)
            stages.enter(progress.stage)
            if job_id in self._cancelled:
                raise IngestionCancelled("The ingestion was cancelled.")

        try:
            with self.writing:
                result = work(report)
        except IngestionCancelled:
            self._end(job_id, status="cancelled")
        except (GroundworkError, OSError) as error:
            _log.warning("the ingestion job %s failed: %s", job_id, error)
            self._end(job_id, status="failed", error=str(error))
        except Exception as error:
            # A bug; without this it would end the worker, and every later job would wait forever.
            _log.error("unexpected error in the ingestion job %s", job_id, exc_info=error)
            self._end(job_id, status="failed", error="Something went wrong in the service; its log has the cause.")
        else:
            self._end(job_id, status="done", report=result)

    def _end(self, job_id: str, **values: Any) -> None:
        self._change(job_id, ended=time.monotonic(), **values)

    def _change(self, job_id: str, **values: Any) -> None:
        with self._changed:
            self._jobs[job_id] = replace(self._jobs[job_id], **values)
            self._record_waiting()
            self._changed.notify_all()

    def _record_waiting(self) -> None:
        """Set the numbers of jobs that are queued and running. Call it with the lock held."""
        states = [job.status for job in self._jobs.values()]
        self._metrics.jobs(queued=states.count("queued"), running=states.count("running"))


def _unknown(job_id: str) -> NotFound:
    return NotFound(
        f"There is no ingestion job '{job_id}'. Jobs are forgotten when the service restarts.", code="job_not_found"
    )
