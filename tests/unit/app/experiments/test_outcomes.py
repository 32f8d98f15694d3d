"""What counts of an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.answer.events import Finished
from app.answer.types import CitationCounts, DegradedReason
from app.experiments.outcomes import Counted, outcome_of
from app.grounding import check
from testing.passages import passages

AT = datetime(2026, 12, 1, tzinfo=UTC)
COUNTED = Counted("wider", "top-10", "0f")
FINISHED = Finished(
    text="Every colleague has 77 days [1].",
    mode="generated",
    degraded_reason=None,
    refused=False,
    finish_reason="stop",
    cited=tuple(passages(1)),
    grounding=check("Every colleague has 77 days [1].", ["Every colleague has 25 days."]),
    citations=CitationCounts(),
    timings_ms={"total": 1234.5},
)


def test_an_answer_is_flagged_cited_and_timed() -> None:
    outcome = outcome_of(COUNTED, "answer-1", AT, FINISHED)
    assert (outcome.answer_id, outcome.experiment, outcome.arm, outcome.unit) == ("answer-1", "wider", "top-10", "0f")
    assert (outcome.flagged, outcome.refused, outcome.cited, outcome.failed) == (True, False, True, False)
    assert (outcome.total_ms, outcome.shown_id) == (1234.5, None)


def test_a_quotation_is_not_judged() -> None:
    assert outcome_of(COUNTED, "answer-1", AT, replace(FINISHED, grounding=None)).flagged is None


def test_a_refusal_needs_no_citation() -> None:
    refusal = replace(FINISHED, refused=True, cited=(), grounding=None)
    outcome = outcome_of(COUNTED, "answer-1", AT, refusal)
    assert (outcome.refused, outcome.cited, outcome.total_ms) == (True, None, 1234.5)


def test_small_talk_says_nothing_about_a_recipe() -> None:
    outcome = outcome_of(COUNTED, "answer-1", AT, replace(FINISHED, replied="small_talk", grounding=None))
    assert (outcome.flagged, outcome.refused, outcome.cited, outcome.total_ms) == (None, None, None, None)


def test_an_answer_from_the_cache_has_no_latency() -> None:
    cached = replace(FINISHED, timings_ms={"cache": 0.1, "total": 5.0})
    assert outcome_of(COUNTED, "answer-1", AT, cached).total_ms is None


@pytest.mark.parametrize(
    ("reason", "failed"),
    [
        ("looping", True),
        ("empty", True),
        ("cut", True),
        ("echo", True),
        ("loading", False),
        ("unreachable", False),
        ("overloaded", False),
    ],
)
def test_a_degraded_answer_failed_where_the_recipe_is_to_blame(reason: DegradedReason, failed: bool) -> None:
    assert outcome_of(COUNTED, "answer-1", AT, replace(FINISHED, degraded_reason=reason)).failed is failed


def test_an_error_is_a_failure_and_nothing_else() -> None:
    outcome = outcome_of(COUNTED, "answer-1", AT, None)
    assert outcome.failed
    assert (outcome.flagged, outcome.refused, outcome.cited, outcome.total_ms) == (None, None, None, None)
