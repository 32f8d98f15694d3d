"""The metrics that `/metrics` exports for Prometheus. Each service has a registry of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from app.answer.events import Finished
from core.domain import OverloadAnswer
from core.recipe import Recipe
from ingest.report import IngestReport

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The service's counters; each method records one fact."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        counter = partial(Counter, registry=self._registry)
        gauge = partial(Gauge, registry=self._registry)
        # Processor time, memory and open files of the process (Linux).
        ProcessCollector(registry=self._registry)
        self._requests = counter("groundwork_requests", "HTTP requests", ["route", "status"])
        self._answers = counter("groundwork_answers", "Answers", ["mode", "recipe", "outcome"])
        self._degraded = counter(
            "groundwork_answers_degraded",
            "Extractive answers in place of the model's, and models' answers of which a part is shown, by the reason",
            ["recipe", "reason"],
        )
        self._stages = Histogram(
            "groundwork_stage_seconds", "Time of a stage", ["stage"], buckets=_SECONDS, registry=self._registry
        )
        self._grounding = _GroundingMetrics(self._registry)
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
        self._expected = gauge(
            "groundwork_model_expected_first_token_seconds",
            "Expected time to the first token of a question that is sent now; NaN while it is unknown",
        )
        self._expected.set(math.nan)
        self._cached = counter("groundwork_answer_cache_lookups", "Questions looked up in the answer cache", ["found"])
        self._cached_answers = gauge("groundwork_answer_cache_answers", "Answers in the answer cache")
        self._cache_bytes = gauge("groundwork_answer_cache_bytes", "Size of the answers in the answer cache")
        self._widget_sessions = counter("groundwork_widget_sessions", "Sessions of the chat widget", ["site"])
        self._rate_limited = counter(
            "groundwork_rate_limited", "Requests of the chat widget that were over a limit", ["site", "limit"]
        )
        self._ingested = counter("groundwork_documents_ingested", "Files by outcome", ["outcome"])
        self._documents = gauge("groundwork_documents", "Documents in the index")
        self._chunks = gauge("groundwork_chunks", "Chunks in the index")
        self._corpus_findings = gauge(
            "groundwork_corpus_findings", "Findings of the last examination of the documents, by kind", ["kind"]
        )

    def request(self, route: str, status: int) -> None:
        """Count a request that was answered."""
        self._requests.labels(route, str(status)).inc()

    def answer(self, finished: Finished, recipe: Recipe) -> None:
        """Count a complete answer."""
        answered = "refused" if finished.refused else "degraded" if finished.degraded else "answered"
        outcome = finished.replied or answered
        self._answers.labels(finished.mode, recipe.name, outcome).inc()
        if finished.degraded_reason is not None:
            self._degraded.labels(recipe.name, finished.degraded_reason).inc()
        for outcome in ("kept", "moved", "added", "dropped"):
            self._citations.labels(outcome).inc(getattr(finished.citations, outcome))
        for stage, milliseconds in finished.timings_ms.items():
            self._stages.labels(stage).observe(milliseconds / 1000)
        self._tokens.labels("prompt").inc(finished.prompt_tokens)
        self._tokens.labels("completion").inc(finished.completion_tokens)
        self._grounding.record(finished, recipe)

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

    def expected_first_token(self, seconds: float | None) -> None:
        """Set how long a question would wait for the model."""
        self._expected.set(math.nan if seconds is None else seconds)

    def widget_session(self, site: str) -> None:
        """Count a session of the chat widget that began."""
        self._widget_sessions.labels(site).inc()

    def rate_limited(self, site: str, limit: str) -> None:
        """Count a request of the chat widget that was over a limit: `session`, `address` or `new_sessions`."""
        self._rate_limited.labels(site, limit).inc()

    def ingestion(self, report: IngestReport) -> None:
        """Count the files of an ingestion."""
        for outcome in ("created", "updated", "unchanged", "deleted"):
            self._ingested.labels(outcome).inc(getattr(report, outcome))
        self._ingested.labels("failed").inc(len(report.failed))
        self._ingested.labels("skipped").inc(len(report.skipped))

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


class _GroundingMetrics:
    """The flags of the answers that are shown, and what the grounding policies do, by model and recipe.

    The model of an extractive answer is "extractive".
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        self._judged = counter(
            "groundwork_answers_judged", "Answers that the grounding checker judged", ["model", "recipe"]
        )
        self._flags = counter("groundwork_flags", "Flags of the grounding checker", ["model", "recipe", "severity"])
        self._retries = counter(
            "groundwork_retries",
            "Answers that the model was asked for once more, by the answer that was shown",
            ["model", "recipe", "shown"],
        )
        self._retry_failures = counter(
            "groundwork_retry_failures",
            "Second answers that the model did not give, by the reason",
            ["model", "recipe", "reason"],
        )
        self._withheld = counter(
            "groundwork_sentences_withheld",
            "Sentences that a grounding policy removed",
            ["model", "recipe", "policy"],
        )
        self._policy_refusals = counter(
            "groundwork_policy_refusals",
            "Answers that a grounding policy replaced by the refusal",
            ["model", "recipe", "policy"],
        )

    def record(self, finished: Finished, recipe: Recipe) -> None:
        """Count the flags of a complete answer, and what its policy did."""
        model = finished.model or finished.mode
        if finished.grounding is not None:
            self._judged.labels(model, recipe.name).inc()
            for flag in finished.grounding.flags:
                self._flags.labels(model, recipe.name, flag.severity).inc()
        if finished.retried is not None:
            self._retries.labels(model, recipe.name, finished.retried).inc()
        if finished.retry_failure is not None:
            self._retry_failures.labels(model, recipe.name, finished.retry_failure).inc()
        if finished.withheld:
            self._withheld.labels(model, recipe.name, recipe.grounding).inc(len(finished.withheld))
            if finished.refused:
                self._policy_refusals.labels(model, recipe.name, recipe.grounding).inc()
