"""The spans of an ingestion job: one for the job, and one for each of its stages."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import get_args

from core.tracing import Span, Tracer, current_span
from ingest.progress import Stage
from ingest.report import IngestReport

_COUNTS = ("created", "updated", "unchanged", "deleted", "chunks")


def job_span(tracer: Tracer, job_id: str) -> Span:
    """Begin the span of a job: in the trace of the request that queued it, else in a trace of its own."""
    attributes = {"groundwork.job_id": job_id}
    parent = current_span()
    if parent.is_recording:
        return parent.child("ingest", attributes=attributes)
    return tracer.begin("ingest", attributes=attributes)


def describe_report(span: Span, report: IngestReport) -> None:
    """Set what a job has done."""
    for name in _COUNTS:
        span.set(f"groundwork.ingest.{name}", getattr(report, name))
    span.set("groundwork.ingest.failed", len(report.failed))
    span.set("groundwork.ingest.skipped", len(report.skipped))


@dataclass(slots=True)
class _Interval:
    span: Span
    ended_ns: int
    busy_ns: int = 0


class StageSpans:
    """A span for each stage, from its first beginning to its last end.

    A run goes through its stages again for every window, which would be thousands of spans. What a stage took of the
    time between is the attribute `groundwork.busy_seconds`.
    """

    def __init__(self, job: Span) -> None:
        self._job = job
        self._intervals: dict[Stage, _Interval] = {}
        self._stage: Stage | None = None
        self._since_ns = 0

    def enter(self, stage: Stage) -> None:
        """Begin a stage, which ends the one before."""
        if not self._job.is_recording or stage == self._stage:
            return
        self._leave()
        if stage not in self._intervals:
            self._intervals[stage] = _Interval(self._job.child(_NAMES[stage]), self._since_ns)
        self._stage = stage

    def end(self) -> None:
        """End all stages."""
        self._leave()
        for interval in self._intervals.values():
            interval.span.set("groundwork.busy_seconds", interval.busy_ns / 1e9)
            interval.span.end(interval.ended_ns)

    def _leave(self) -> None:
        now = time.time_ns()
        if self._stage is not None:
            interval = self._intervals[self._stage]
            interval.busy_ns += now - self._since_ns
            interval.ended_ns = now
        self._since_ns = now


_NAMES = {stage: f"ingest {stage}" for stage in get_args(Stage)}
