"""Answers: whether they contain a gold quote, and how many were replaced or are shown in part, as the model failed.

Not covered: whether a generated answer is right in words other than the gold quote's. The share of answers that contain
a gold quote is a fair measure of extractive answers, and a strict one of generated answers, which the reference, the
required tokens or a judge measure better.
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.cases.case import Gold
from evals.metrics.contribution import Contribution, Contributions
from evals.quotes import contains_quote, without_markers
from evals.response import CaseResponse


def measure_answer(response: CaseResponse) -> Contributions:
    """Measure an answer. An answerable question that was refused counts as an answer without a gold quote."""
    degraded = {"degraded answers": Contribution(float(response.degraded))}
    if not response.case.gold:
        return degraded
    return {
        "answers with a gold quote": Contribution(float(contains_gold(response.content, response.case.gold))),
        **degraded,
    }


def contains_gold(answer: str, golds: Sequence[Gold]) -> bool:
    """Say whether the answer, without its markers, contains at least one of the gold quotes."""
    return any(contains_quote(without_markers(answer), gold.quote) for gold in golds)
