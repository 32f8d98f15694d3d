"""The metrics that `/metrics` exports for Prometheus. Each service has a registry of its own."""

from __future__ import annotations

import math

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
        # Processor time, memory and open files of the process (Linux).
        ProcessCollector(registry=self._registry)
        self._requests = Counter("groundwork_requests", "HTTP requests", ["route", "status"], registry=self._registry)
        self._answers = Counter("groundwork_answers", "Answers", ["mode", "recipe", "outcome"], registry=self._registry)
        self._degraded = Counter(
            "groundwork_answers_degraded",
            "Extractive answers in place of the model's, by the reason",
            ["recipe", "reason"],
            registry=self._registry,
        )
        self._stages = Histogram(
            "groundwork_stage_seconds", "Time of a stage", ["stage"], buckets=_SECONDS, registry=self._registry
        )
        self._judged = Counter(
            "groundwork_answers_judged",
            "Answers that the grounding checker judged",
            ["model", "recipe"],
            registry=self._registry,
        )
        self._flags = Counter(
            "groundwork_flags",
            "Flags of the grounding checker",
            ["model", "recipe", "severity"],
            registry=self._registry,
        )
        self._retries = Counter(
            "groundwork_retries",
            "Answers that the model was asked for once more, by the answer that was shown",
            ["model", "recipe", "shown"],
            registry=self._registry,
        )
        self._retry_failures = Counter(
            "groundwork_retry_failures",
            "Second answers that the model did not give, by the reason",
            ["model", "recipe", "reason"],
            registry=self._registry,
        )
        self._withheld = Counter(
            "groundwork_sentences_withheld",
            "Sentences that a grounding policy removed",
            ["model", "recipe", "policy"],
            registry=self._registry,
        )
        self._policy_refusals = Counter(
            "groundwork_policy_refusals",
            "Answers that a grounding policy replaced by the refusal",
            ["model", "recipe", "policy"],
            registry=self._registry,
        )
        self._dropped = Counter(
            "groundwork_citation_markers_dropped", "Citation markers that named no passage", registry=self._registry
        )
        self._tokens = Counter(
            "groundwork_tokens", "Tokens, as the model's server counts them", ["kind"], registry=self._registry
        )
        self._shed = Counter(
            "groundwork_questions_shed",
            "Questions that were not sent to a busy model, by what was answered",
            ["answer"],
            registry=self._registry,
        )
        self._expected = Gauge(
            "groundwork_model_expected_first_token_seconds",
            "Expected time to the first token of a question that is sent now; NaN while it is unknown",
            registry=self._registry,
        )
        self._expected.set(math.nan)
        self._ingested = Counter(
            "groundwork_documents_ingested", "Files by outcome", ["outcome"], registry=self._registry
        )
        self._documents = Gauge("groundwork_documents", "Documents in the index", registry=self._registry)
        self._chunks = Gauge("groundwork_chunks", "Chunks in the index", registry=self._registry)

    def request(self, route: str, status: int) -> None:
        """Count a request that was answered."""
        self._requests.labels(route, str(status)).inc()

    def answer(self, finished: Finished, recipe: Recipe) -> None:
        """Count a complete answer."""
        outcome = "refused" if finished.refused else "degraded" if finished.degraded else "answered"
        self._answers.labels(finished.mode, recipe.name, outcome).inc()
        if finished.degraded_reason is not None:
            self._degraded.labels(recipe.name, finished.degraded_reason).inc()
        self._dropped.inc(finished.dropped_markers)
        for stage, milliseconds in finished.timings_ms.items():
            self._stages.labels(stage).observe(milliseconds / 1000)
        self._tokens.labels("prompt").inc(finished.prompt_tokens)
        self._tokens.labels("completion").inc(finished.completion_tokens)
        self._grounding(finished, recipe, finished.model or finished.mode)

    def shed(self, answer: OverloadAnswer) -> None:
        """Count a question that a busy model did not answer."""
        self._shed.labels(answer).inc()

    def expected_first_token(self, seconds: float | None) -> None:
        """Set how long a question would wait for the model."""
        self._expected.set(math.nan if seconds is None else seconds)

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

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self._registry)

    def _grounding(self, finished: Finished, recipe: Recipe, model: str) -> None:
        """Count the flags of the text that is shown, and what the grounding policy did."""
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
