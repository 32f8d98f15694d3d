from __future__ import annotations

import math
import sys
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.answer.types import ReplyKind
from app.grounding.withhold import Withheld
from app.service.metrics import Metrics
from core.recipe import Recipe
from ingest.report import IngestReport, Unread
from testing.metrics import FINISHED

DEFAULT = {"recipe": "default", "arm": ""}


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return samples(metrics)[name, tuple(sorted(labels.items()))]


def test_answers_and_flags_are_counted_by_the_arm_of_an_experiment() -> None:
    metrics = Metrics()
    metrics.answer(replace(FINISHED, degraded_reason="cut"), Recipe(), "wider/top-10")
    labels = {"recipe": "default", "arm": "wider/top-10"}
    assert value(metrics, "groundwork_answers_total", mode="generated", outcome="degraded", **labels) == 1
    assert value(metrics, "groundwork_answers_degraded_total", reason="cut", **labels) == 1
    assert value(metrics, "groundwork_answers_judged_total", model="tiny", **labels) == 1
    assert value(metrics, "groundwork_flags_total", model="tiny", severity="hard", **labels) == 1


def test_requests_are_counted_by_route_and_status() -> None:
    metrics = Metrics()
    metrics.request("/v1/search", 200)
    metrics.request("/v1/search", 200)
    metrics.request("/v1/search", 400)
    assert value(metrics, "groundwork_requests_total", route="/v1/search", status="200") == 2
    assert value(metrics, "groundwork_requests_total", route="/v1/search", status="400") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_what_the_process_itself_takes_is_exported() -> None:
    metrics = Metrics()
    assert value(metrics, "process_cpu_seconds_total") > 0
    assert value(metrics, "process_resident_memory_bytes") > 1_000_000


def test_an_answer_is_counted_with_its_stages_tokens_and_flags() -> None:
    metrics = Metrics()
    metrics.answer(FINISHED, Recipe())
    assert (
        value(metrics, "groundwork_answers_total", mode="generated", recipe="default", arm="", outcome="answered") == 1
    )
    assert value(metrics, "groundwork_stage_seconds_sum", stage="retrieve") == 0.02
    assert value(metrics, "groundwork_stage_seconds_bucket", stage="generate", le="1.0") == 1
    assert value(metrics, "groundwork_tokens_total", kind="prompt") == 300
    assert value(metrics, "groundwork_tokens_total", kind="completion") == 40
    for outcome, count in (("kept", 5), ("moved", 3), ("added", 4), ("dropped", 2)):
        assert value(metrics, "groundwork_citations_total", outcome=outcome) == count
    assert value(metrics, "groundwork_answers_judged_total", model="tiny", recipe="default", arm="") == 1
    assert value(metrics, "groundwork_flags_total", model="tiny", recipe="default", arm="", severity="hard") == 1


def test_the_first_word_and_the_whole_answer_are_measured_by_mode_and_recipe_and_are_no_stages() -> None:
    metrics = Metrics()
    metrics.answer(FINISHED, Recipe())
    labels = {"mode": "generated", "recipe": "default"}
    assert value(metrics, "groundwork_answer_first_token_seconds_bucket", **labels, le="0.25") == 0
    assert value(metrics, "groundwork_answer_first_token_seconds_bucket", **labels, le="0.4") == 1
    assert value(metrics, "groundwork_answer_seconds_sum", **labels) == 1.2
    stages = {dict(labels)["stage"] for name, labels in samples(metrics) if name == "groundwork_stage_seconds_count"}
    assert stages == {"retrieve", "generate"}


def test_requests_and_answers_in_progress_are_counted_until_they_end_however_they_end() -> None:
    metrics = Metrics()

    def in_progress() -> list[float]:
        return [value(metrics, f"groundwork_{what}_in_progress") for what in ("requests", "answers")]

    def break_off() -> None:
        with metrics.request_in_progress(), metrics.answer_in_progress():
            assert in_progress() == [1, 1]
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        break_off()
    assert in_progress() == [0, 0]


def test_the_codes_of_failed_answers_are_exported_before_the_first_error() -> None:
    metrics = Metrics()
    for code in ("model_unavailable", "index_unavailable", "internal_error"):
        assert value(metrics, "groundwork_answers_failed_total", code=code) == 0
    metrics.answer_failed("model_unavailable")
    assert value(metrics, "groundwork_answers_failed_total", code="model_unavailable") == 1


def test_the_models_state_is_unknown_where_none_is_configured() -> None:
    metrics = Metrics()
    assert math.isnan(value(metrics, "groundwork_model_up"))
    metrics.model(reachable=False, loading=True)
    assert (value(metrics, "groundwork_model_up"), value(metrics, "groundwork_model_loading")) == (0, 1)


def test_ingestion_jobs_are_counted_while_they_wait_and_measured_when_they_end() -> None:
    metrics = Metrics()
    metrics.jobs(queued=2, running=1)
    metrics.job_ended("failed", 30.0)
    assert value(metrics, "groundwork_ingestion_jobs", status="queued") == 2
    assert value(metrics, "groundwork_ingestion_job_seconds_bucket", status="failed", le="60.0") == 1


def test_no_series_says_when_another_was_created() -> None:
    metrics = Metrics()
    metrics.answer(FINISHED, Recipe())
    assert "_created" not in metrics.exposition().decode()


def test_the_outcome_distinguishes_refused_and_degraded_answers() -> None:
    metrics = Metrics()
    metrics.answer(replace(FINISHED, refused=True, grounding=None), Recipe())
    metrics.answer(replace(FINISHED, mode="extractive", model=None, degraded_reason="unreachable"), Recipe())
    assert (
        value(metrics, "groundwork_answers_total", mode="generated", recipe="default", arm="", outcome="refused") == 1
    )
    assert (
        value(metrics, "groundwork_answers_total", mode="extractive", recipe="default", arm="", outcome="degraded") == 1
    )
    assert ("groundwork_answers_judged_total", (("arm", ""), ("model", "tiny"), ("recipe", "default"))) not in samples(
        metrics
    )


def test_degraded_answers_are_counted_by_their_reason() -> None:
    metrics = Metrics()
    for reason in ("unreachable", "loading", "unreachable", None):
        metrics.answer(replace(FINISHED, mode="extractive", model=None, degraded_reason=reason), Recipe())
    assert value(metrics, "groundwork_answers_degraded_total", recipe="default", arm="", reason="unreachable") == 2
    assert value(metrics, "groundwork_answers_degraded_total", recipe="default", arm="", reason="loading") == 1
    assert value(metrics, "groundwork_answers_judged_total", model="extractive", recipe="default", arm="") == 4


def test_second_answers_that_were_not_given_are_counted_by_their_reason() -> None:
    metrics = Metrics()
    metrics.answer(replace(FINISHED, retried="failed", retry_failure="overloaded"), Recipe(name="careful"))
    labels = {"model": "tiny", "recipe": "careful", "reason": "overloaded"}
    assert value(metrics, "groundwork_retry_failures_total", **labels) == 1


def test_what_a_policy_does_is_counted_by_model_and_recipe() -> None:
    metrics = Metrics()
    strict = Recipe(name="strict", grounding="withhold")
    kept_back = (Withheld("Lunch is free.", ("term_absent",)),) * 2
    metrics.answer(replace(FINISHED, withheld=kept_back), strict)
    metrics.answer(replace(FINISHED, withheld=kept_back[:1], refused=True, grounding=None), strict)
    metrics.answer(replace(FINISHED, refused=True, grounding=None), strict)
    labels = {"model": "tiny", "recipe": "strict", "policy": "withhold"}
    assert value(metrics, "groundwork_sentences_withheld_total", **labels) == 3
    assert value(metrics, "groundwork_policy_refusals_total", **labels) == 1


def test_retries_are_counted_by_the_answer_that_was_shown() -> None:
    metrics = Metrics()
    careful = Recipe(name="careful", grounding="retry")
    for retried in (None, "second", "second", "first", "failed"):
        metrics.answer(replace(FINISHED, retried=retried), careful)
    counted = {
        shown: value(metrics, "groundwork_retries_total", model="tiny", recipe="careful", shown=shown)
        for shown in ("first", "second", "failed")
    }
    assert counted == {"first": 1, "second": 2, "failed": 1}


def test_a_call_of_a_tool_is_counted_by_outcome_and_measured() -> None:
    metrics = Metrics()
    metrics.tool_call("ask", "done", 0.2)
    metrics.tool_call("ask", "cancelled", 7.0)
    assert value(metrics, "groundwork_mcp_tool_calls_total", tool="ask", outcome="done") == 1
    assert value(metrics, "groundwork_mcp_tool_calls_total", tool="ask", outcome="cancelled") == 1
    assert value(metrics, "groundwork_mcp_tool_seconds_sum", tool="ask") == 7.2


def test_a_run_of_the_ingestion_is_counted_by_outcome() -> None:
    metrics = Metrics()
    report = IngestReport(created=3, updated=1, unchanged=5, deleted=2, failed=(Unread("a.pdf", "it is encrypted"),))
    metrics.ingestion(report)
    metrics.ingestion(report)
    counted = {outcome: value(metrics, "groundwork_documents_ingested_total", outcome=outcome) for outcome in OUTCOMES}
    assert counted == {"created": 6, "updated": 2, "unchanged": 10, "deleted": 4, "failed": 2, "skipped": 0}


OUTCOMES = ("created", "updated", "unchanged", "deleted", "failed", "skipped")


def test_the_size_of_the_index_is_the_last_that_was_measured() -> None:
    metrics = Metrics()
    metrics.index(documents=5, chunks=17)
    metrics.index(documents=4, chunks=12)
    assert value(metrics, "groundwork_documents") == 4
    assert value(metrics, "groundwork_chunks") == 12


def test_two_services_in_one_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.request("/health", 200)
    assert ("groundwork_requests_total", (("route", "/health"), ("status", "200"))) not in samples(other)


@pytest.mark.parametrize("kind", ["small_talk", "clarification"])
def test_a_reply_that_is_no_answer_is_counted_by_its_kind(kind: ReplyKind) -> None:
    metrics = Metrics()
    metrics.answer(replace(FINISHED, mode="extractive", grounding=None, replied=kind), Recipe())
    assert value(metrics, "groundwork_answers_total", mode="extractive", recipe="default", arm="", outcome=kind) == 1
