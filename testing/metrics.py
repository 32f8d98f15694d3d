"""Metrics of which each has been counted once, to compare what is documented and queried with what is exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from app.answer.events import Finished
from app.answer.types import CitationCounts
from app.grounding import check
from app.grounding.withhold import Withheld
from app.service.metrics import Metrics
from core.recipe import Recipe
from ingest.report import IngestReport

FINISHED = Finished(
    text="Every colleague has 77 days.",
    mode="generated",
    degraded_reason=None,
    refused=False,
    finish_reason="stop",
    cited=(),
    grounding=check("Every colleague has 77 days.", ["Every colleague has 25 days."]),
    citations=CitationCounts(kept=5, moved=3, added=4, dropped=2),
    timings_ms={"retrieve": 20.0, "generate": 1000.0, "first_word": 300.0, "total": 1200.0},
    model="tiny",
    prompt_tokens=300,
    completion_tokens=40,
)


def counted_metrics() -> Metrics:
    """Return metrics in which everything has happened once."""
    metrics = Metrics()
    metrics.request("/v1/search", 200)
    metrics.request_ended("/v1/search", 0.1)
    with metrics.request_in_progress(), metrics.answer_in_progress():
        metrics.answer_cancelled()
    metrics.answer_failed("model_unavailable")
    withheld = (Withheld("Lunch is free.", ("term_absent",)),)
    degraded = replace(FINISHED, degraded_reason="cut", retried="failed", retry_failure="empty")
    metrics.answer(degraded, Recipe())
    metrics.answer(replace(FINISHED, withheld=withheld, refused=True), Recipe(grounding="refuse"))
    metrics.recorded("written")
    metrics.feedback("up")
    metrics.waiting_records(1)
    metrics.rerank_failure()
    metrics.shed("extract")
    metrics.cached_answer(found=True)
    metrics.answer_cache(1, 1000)
    metrics.model(reachable=True, loading=False)
    metrics.expected_first_token(0.5)
    metrics.widget_session("portal")
    metrics.rate_limited("portal", "session")
    metrics.arm_stopped("wider/top-10", "flagged")
    metrics.shadow("wider/top-10", "answered")
    metrics.outcomes_lost(1)
    metrics.tool_call("search", "done", 0.1)
    metrics.ingestion(IngestReport(created=1))
    metrics.jobs(queued=1, running=1)
    metrics.job_ended("done", 2.0)
    metrics.index(3, 9)
    metrics.corpus_findings({"conflict": 1})
    return metrics


def exported_labels() -> Mapping[str, frozenset[str]]:
    """Return the labels of each sample that `/metrics` exports, by the sample's name."""
    labels: dict[str, frozenset[str]] = {}
    for family in text_string_to_metric_families(counted_metrics().exposition().decode()):
        assert family.samples, f"{family.name} is not counted by testing/metrics.py"
        for sample in family.samples:
            labels[sample.name] = labels.get(sample.name, frozenset()) | frozenset(sample.labels)
    return labels
