"""Turn the results of many questions into metrics with intervals, for all questions and for each kind of question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from core.stats import Estimate, estimate_percentile, estimate_ratio
from evals.ask import CaseResponse
from evals.metrics import Contribution, measure

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Retrieval": ("recall@1", "recall@3", "recall@5", "recall@10", "document recall@5", "nDCG@10"),
    "Citations": ("citation precision", "citation recall"),
    "Answers": ("answers with a gold quote", "degraded answers"),
    "Refusals": ("refusal precision", "refusal recall", "answerable but refused"),
    "Grounding": (
        "answers with a hard flag",
        "answers with a soft flag",
        "hard flags per answer",
        "soft flags per answer",
    ),
    "Labelled answers": (
        "hard flags that touch a label",
        "unsupported parts found",
        "unsupported parts with a hard flag",
        "supported answers with a hard flag",
    ),
    "Latency": ("answer p50, ms", "answer p95, ms", "search p50, ms", "search p95, ms"),
}
"""Every metric by group, in the order of the report."""

Summary: TypeAlias = Mapping[str, Mapping[str, Estimate]]
"""Estimates by slice ("all", "answerable", "follow_up", "paraphrase", "unanswerable"), then by metric."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case with the service's response and what it contributes to each metric."""

    response: CaseResponse
    contributions: Mapping[str, Contribution]


def evaluate_response(response: CaseResponse) -> CaseResult:
    """Measure the response to one case."""
    return CaseResult(response, measure(response))


def summarise(results: Sequence[CaseResult]) -> Summary:
    """Estimate every metric for every slice that has questions; leave out a metric that applies to none of them.

    Refusal precision needs answerable and unanswerable questions, and is given for "all" only.
    """
    slices = {
        "all": list(results),
        **{kind: [r for r in results if r.response.case.kind == kind] for kind in ("answerable", "follow_up")},
        "paraphrase": [r for r in results if "paraphrase" in r.response.case.tags],
        "unanswerable": [r for r in results if r.response.case.kind == "unanswerable"],
    }
    summary = {name: _estimates(members) for name, members in slices.items() if members}
    for name, estimates in summary.items():
        if name != "all":
            estimates.pop("refusal precision", None)
    return summary


def _estimates(results: Sequence[CaseResult]) -> dict[str, Estimate]:
    estimates: dict[str, Estimate] = {}
    for name in (name for names in GROUPS.values() for name in names):
        contributions = [result.contributions[name] for result in results if name in result.contributions]
        if contributions:
            estimates[name] = estimate_ratio(
                np.array([contribution.numerator for contribution in contributions]),
                np.array([contribution.denominator for contribution in contributions]),
            )
    durations = {
        "answer": np.array([result.response.answer_ms for result in results]),
        "search": np.array([result.response.search_ms for result in results]),
    }
    for request, milliseconds in durations.items():
        for percent in (50, 95):
            estimates[f"{request} p{percent}, ms"] = estimate_percentile(milliseconds, percent)
    return estimates
