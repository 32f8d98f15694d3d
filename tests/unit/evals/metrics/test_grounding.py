from __future__ import annotations

from evals.metrics.contribution import Contribution
from evals.metrics.grounding import measure_grounding
from tests.unit.evals.responses import LEAVE, case_of, response_to


def test_flags_are_counted_by_severity() -> None:
    contributions = measure_grounding(response_to(case_of(LEAVE), severities=["soft", "hard", "soft"]))
    assert contributions["answers with a hard flag"] == Contribution(1.0)
    assert contributions["hard flags per answer"] == Contribution(1.0)
    assert contributions["soft flags per answer"] == Contribution(2.0)


def test_an_answer_without_flags_counts_and_a_refusal_does_not() -> None:
    assert measure_grounding(response_to(case_of(LEAVE)))["answers with a soft flag"] == Contribution(0.0)
    assert not [name for name in measure_grounding(response_to(case_of(), refused=True)) if "flag" in name]
