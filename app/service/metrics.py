"""The metrics that `/metrics` exports for Prometheus, listed in docs/observability.md.

Each service has a registry of its own.

Every label has a bounded number of values: names from the domain, the templates of routes, and the constants of the
code. No label is a text, an id or an address of a client.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from typing import Literal, TypeAlias

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from app.answer.events import Finished
from app.service.grounding_metrics import GroundingMetrics
from core.domain import OverloadAnswer
from core.recipe import Recipe
from ingest.report import IngestReport

RecordOutcome: TypeAlias = Literal["written", "late", "lost"]
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Bounds of the buckets for stages and requests: milliseconds without a model, and a minute with a slow one."""
_FIRST_TOKEN_SECONDS = (0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 1.0, 1.5, 2.5, 4.0, 6.0, 10.0, 20.0, 60.0)
"""Closer between 0.1 and 4 s, where the limits of services are."""
_ANSWER_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 60.0, 120.0)
"""Up to the time after which a model that does not answer is given up."""
_JOB_SECONDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)
_ERROR_CODES = ("model_unavailable", "index_unavailable", "internal_error")
_OF_WHOLE_ANSWER = ("first_word", "total")
"""Timings that are no stages."""


class Metrics:
    """The service's counters; each method records one fact."""

    def __init__(self) -> None:
        # A second series for each counter and histogram, with the time of its first count, which nothing here reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        counter = partial(Counter, registry=self._registry)
        gauge = partial(Gauge, registry=self._registry)
        # Processor time, memory and open files of the process (Linux).
        ProcessCollector(registry=self._registry)
        info = Info("groundwork_build", "The version of Groundwork", registry=self._registry)
        info.info({"version": version("groundwork")})
        self._requests = counter("groundwork_requests", "HTTP requests", ["route", "status"])
        self._request_seconds = Histogram(
            "groundwork_request_seconds",
            "Time of a request until the last byte of its response",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._requests_in_progress = gauge("groundwork_requests_in_progress", "HTTP requests that are being answered")
        self._answers = counter("groundwork_answers", "Answers", ["mode", "recipe", "arm", "outcome"])
        self._degraded = counter(
            "groundwork_answers_degraded",
            "Extractive answers in place of the model's, and models' answers of which a part is shown, by the reason",
            ["recipe", "arm", "reason"],
        )
        self._answers_in_progress = gauge("groundwork_answers_in_progress", "Answers that are being written")
        self._failed = counter(
            "groundwork_answers_failed", "Answers that ended with an error, by the code of the error", ["code"]
        )
        for code in _ERROR_CODES:
            # A counter that appears with its first error has no increase that an alert could see.
            self._failed.labels(code)
        self._cancelled = counter(
            "groundwork_answers_cancelled", "Answers that were not finished because the client went away"
        )
        self._first_token = Histogram(
            "groundwork_answer_first_token_seconds",
            "Time until the first word of an answer is sent",
            ["mode", "recipe"],
            buckets=_FIRST_TOKEN_SECONDS,
            registry=self._registry,
        )
        self._answer_seconds = Histogram(
            "groundwork_answer_seconds",
            "Time of a whole answer, with its grounding report",
            ["mode", "recipe"],
            buckets=_ANSWER_SECONDS,
            registry=self._registry,
        )
        self._stages = Histogram(
            "groundwork_stage_seconds",
            "Time of a stage of an answer",
            ["stage"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._grounding = GroundingMetrics(self._registry)
        self._citations = counter(
            "groundwork_citations",
            "Citations of models' answers: kept, moved, added or dropped when they were computed",
            ["outcome"],
        )
        self._tokens = counter("groundwork_tokens", "Tokens, as the model's server counts them", ["kind"])
        self._rerank_failures = counter("groundwork_rerank_failures", "Searches that the reranker did not rerank")
        self._shed = counter(
            "groundwork_questions_shed",
            "Questions that were not sent to a busy model, by what was answered",
            ["answer"],
        )
        self._model_up = gauge(
            "groundwork_model_up", "Whether the language model answers: 1 or 0; NaN where none is configured"
        )
        self._model_up.set(math.nan)
        self._model_loading = gauge(
            "groundwork_model_loading", "Whether the model's server is loading its model: 1 or 0"
        )
        self._expected = gauge(
            "groundwork_model_expected_first_token_seconds",
            "Expected time to the first token of a question that is sent now; NaN while it is unknown",
        )
        self._expected.set(math.nan)
        self._records = counter(
            "groundwork_answer_records",
            "Answers that were to be kept: written before the client saw them complete, written late, or lost",
            ["outcome"],
        )
        self._feedback = counter("groundwork_feedback", "Ratings of answers", ["rating"])
        self._waiting_records = gauge("groundwork_answer_records_waiting", "Answers that wait for the database")
        self._cached = counter("groundwork_answer_cache_lookups", "Questions looked up in the answer cache", ["found"])
        self._cached_answers = gauge("groundwork_answer_cache_answers", "Answers in the answer cache")
        self._cache_bytes = gauge("groundwork_answer_cache_bytes", "Size of the answers in the answer cache")
        self._widget_sessions = counter("groundwork_widget_sessions", "Sessions of the chat widget", ["site"])
        self._rate_limited = counter(
            "groundwork_rate_limited",
            "Requests that were over a limit; without a site, those of keys and users",
            ["site", "limit"],
        )
        self._limits_failures = counter("groundwork_limits_failures", "Times that Redis did not answer for the limits")
        self._audit_failures = counter(
            "groundwork_audit_failures", "Administrative acts that are in the process's log only"
        )
        self._stopped = gauge(
            "groundwork_experiment_arm_stopped", "1 for an arm that a guard-rail stopped", ["arm", "guard_rail"]
        )
        self._shadows = counter(
            "groundwork_experiment_shadows", "Shadow answers by how they ended; busy: not begun", ["arm", "outcome"]
        )
        self._outcomes_lost = counter(
            "groundwork_experiment_outcomes_lost", "Outcomes that a database which did not answer could not take"
        )
        self._tool_calls = counter(
            "groundwork_mcp_tool_calls",
            "Calls of MCP tools by how they ended: done, failed, cancelled",
            ["tool", "outcome"],
        )
        self._tool_seconds = Histogram(
            "groundwork_mcp_tool_seconds",
            "Time of a call of an MCP tool, however it ended",
            ["tool"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._ingested = counter("groundwork_documents_ingested", "Files by outcome", ["outcome"])
        self._jobs = gauge("groundwork_ingestion_jobs", "Ingestion jobs that are queued or running", ["status"])
        self._job_seconds = Histogram(
            "groundwork_ingestion_job_seconds",
            "Time of an ingestion job, by how it ended",
            ["status"],
            buckets=_JOB_SECONDS,
            registry=self._registry,
        )
        self._documents = gauge("groundwork_documents", "Documents in the index")
        self._chunks = gauge("groundwork_chunks", "Chunks in the index")
        self._corpus_findings = gauge(
            "groundwork_corpus_findings", "Findings of the last examination of the documents, by kind", ["kind"]
        )

    def request(self, route: str, status: int) -> None:
        """Count a request that was answered."""
        self._requests.labels(route, str(status)).inc()

    @contextmanager
    def request_in_progress(self) -> Iterator[None]:
        """Count a request as being answered for the block."""
        with self._requests_in_progress.track_inprogress():
            yield

    def request_ended(self, route: str, seconds: float) -> None:
        """Record how long a request took, with its whole response."""
        self._request_seconds.labels(route).observe(seconds)

    @contextmanager
    def answer_in_progress(self) -> Iterator[None]:
        """Count an answer as being written for the block."""
        with self._answers_in_progress.track_inprogress():
            yield

    def answer_failed(self, code: str) -> None:
        """Count an answer that ended with an error; `code` is that of the error over HTTP."""
        self._failed.labels(code).inc()

    def answer_cancelled(self) -> None:
        """Count an answer that was not finished because the client went away."""
        self._cancelled.inc()

    def recorded(self, outcome: RecordOutcome) -> None:
        """Count an answer that was to be kept."""
        self._records.labels(outcome).inc()

    def feedback(self, rating: Literal["up", "down"] | None) -> None:
        """Count a rating; None: one that was taken back."""
        self._feedback.labels(rating or "removed").inc()

    def waiting_records(self, count: int) -> None:
        """Record how many answers wait for the database."""
        self._waiting_records.set(count)

    def answer(self, finished: Finished, recipe: Recipe, arm: str = "") -> None:
        """Count a complete answer. `arm` is that of an experiment, as `experiment/arm`; empty outside of one."""
        answered = "refused" if finished.refused else "degraded" if finished.degraded else "answered"
        outcome = finished.replied or answered
        self._answers.labels(finished.mode, recipe.name, arm, outcome).inc()
        if finished.degraded_reason is not None:
            self._degraded.labels(recipe.name, arm, finished.degraded_reason).inc()
        for outcome in ("kept", "moved", "added", "dropped"):
            self._citations.labels(outcome).inc(getattr(finished.citations, outcome))
        self._record_times(finished, recipe)
        self._tokens.labels("prompt").inc(finished.prompt_tokens)
        self._tokens.labels("completion").inc(finished.completion_tokens)
        self._grounding.record(finished, recipe, arm)

    def _record_times(self, finished: Finished, recipe: Recipe) -> None:
        seconds = {stage: milliseconds / 1000 for stage, milliseconds in finished.timings_ms.items()}
        for stage in seconds.keys() - set(_OF_WHOLE_ANSWER):
            self._stages.labels(stage).observe(seconds[stage])
        for name, histogram in (("first_word", self._first_token), ("total", self._answer_seconds)):
            # A reply that is no answer (small talk) has no first word of its own.
            if name in seconds:
                histogram.labels(finished.mode, recipe.name).observe(seconds[name])

    def rerank_failure(self) -> None:
        """Count a search whose hits kept their order because the reranker failed."""
        self._rerank_failures.inc()

    def shed(self, answer: OverloadAnswer) -> None:
        """Count a question that a busy model did not answer."""
        self._shed.labels(answer).inc()

    def cached_answer(self, *, found: bool) -> None:
        """Count a question that was looked up in the answer cache."""
        self._cached.labels("yes" if found else "no").inc()

    def answer_cache(self, answers: int, size: int) -> None:
        """Set the number of answers in the answer cache, and their size in bytes."""
        self._cached_answers.set(answers)
        self._cache_bytes.set(size)

    def model(self, *, reachable: bool, loading: bool) -> None:
        """Set whether the language model answers."""
        self._model_up.set(reachable)
        self._model_loading.set(loading)

    def expected_first_token(self, seconds: float | None) -> None:
        """Set how long a question would wait for the model."""
        self._expected.set(math.nan if seconds is None else seconds)

    def widget_session(self, site: str) -> None:
        """Count a session of the chat widget that began."""
        self._widget_sessions.labels(site).inc()

    def rate_limited(self, site: str, limit: str) -> None:
        """Count a request over a limit: `session`, `address` or `new_sessions` of a site; `caller` or `address`."""
        self._rate_limited.labels(site, limit).inc()

    def arm_stopped(self, arm: str, guard_rail: str) -> None:
        """Set that a guard-rail stopped an arm."""
        self._stopped.labels(arm, guard_rail).set(1)

    def shadow(self, arm: str, outcome: str) -> None:
        """Count a shadow: `answered`, `failed`, `timeout`, or `busy` for one that did not begin."""
        self._shadows.labels(arm, outcome).inc()

    def outcomes_lost(self, count: int) -> None:
        """Count outcomes of experiments that were given up."""
        self._outcomes_lost.inc(count)

    def limits_failure(self) -> None:
        """Count that limits are counted in memory because Redis did not answer."""
        self._limits_failures.inc()

    def audit_failure(self) -> None:
        """Count an administrative act that could not be written into the audit log."""
        self._audit_failures.inc()

    def tool_call(self, tool: str, outcome: str, seconds: float) -> None:
        """Record a call of an MCP tool that ended as `done`, `failed` or `cancelled`."""
        self._tool_calls.labels(tool, outcome).inc()
        self._tool_seconds.labels(tool).observe(seconds)

    def ingestion(self, report: IngestReport) -> None:
        """Count the files of an ingestion."""
        for outcome in ("created", "updated", "unchanged", "deleted"):
            self._ingested.labels(outcome).inc(getattr(report, outcome))
        self._ingested.labels("failed").inc(len(report.failed))
        self._ingested.labels("skipped").inc(len(report.skipped))

    def jobs(self, queued: int, running: int) -> None:
        """Set the numbers of ingestion jobs that are queued and running."""
        self._jobs.labels("queued").set(queued)
        self._jobs.labels("running").set(running)

    def job_ended(self, status: str, seconds: float) -> None:
        """Record an ingestion job that ran and ended as `done`, `failed` or `cancelled`."""
        self._job_seconds.labels(status).observe(seconds)

    def index(self, documents: int, chunks: int) -> None:
        """Set the size of the index."""
        self._documents.set(documents)
        self._chunks.set(chunks)

    def corpus_findings(self, counts: Mapping[str, int]) -> None:
        """Set the number of findings of each kind."""
        for kind, count in counts.items():
            self._corpus_findings.labels(kind).set(count)

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self._registry)
