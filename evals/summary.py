"""Results of many questions become figures with intervals, for all questions and for each kind of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from core.stats import Estimate, estimate_percentile, estimate_ratio
from evals.ask import Asked
from evals.metrics import Share, measure

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Retrieval": ("recall@1", "recall@3", "recall@5", "recall@10", "document recall@5", "nDCG@10"),
    "Citations": ("citation precision", "citation recall"),
    "Answers": ("answers with a gold quote", "degraded answers"),
    "Refusals": ("refusal precision", "refusal recall", "answerable but refused"),
    "Grounding": (
        "answers with a hard flag",
        "answers with a soft flag",
        "hard flags an answer",
        "soft flags an answer",
    ),
    "Latency": ("answer p50, ms", "answer p95, ms", "search p50, ms", "search p95, ms"),
}
"""Every metric, in the order of the report."""

Summary: TypeAlias = Mapping[str, Mapping[str, Estimate]]
"""Estimates by slice ("all", "answerable", "follow_up", "unanswerable", "paraphrase"), then by metric."""


@dataclass(frozen=True, slots=True)
class Result:
    """A question, what was returned for it, and what it contributes to each metric."""

    asked: Asked
    shares: Mapping[str, Share]


def judge(asked: Asked) -> Result:
    """Measure one question."""
    return Result(asked, measure(asked))


def summarise(results: Sequence[Result]) -> Summary:
    """Every metric for every slice that has questions; a metric that applies to none of a slice's is left out.

    Refusal precision needs questions of both classes, and is given for all questions only.
    """
    slices = {
        "all": list(results),
        **{kind: [r for r in results if r.asked.case.kind == kind] for kind in ("answerable", "follow_up")},
        "paraphrase": [r for r in results if "paraphrase" in r.asked.case.tags],
        "unanswerable": [r for r in results if r.asked.case.kind == "unanswerable"],
    }
    summary = {name: _estimates(chosen) for name, chosen in slices.items() if chosen}
    for name, estimates in summary.items():
        if name != "all":
            estimates.pop("refusal precision", None)
    return summary


def _estimates(results: Sequence[Result]) -> dict[str, Estimate]:
    estimates: dict[str, Estimate] = {}
    for name in (name for names in GROUPS.values() for name in names):
        shares = [result.shares[name] for result in results if name in result.shares]
        if shares:
            estimates[name] = estimate_ratio(
                np.array([share.part for share in shares]), np.array([share.whole for share in shares])
            )
    durations = {
        "answer": np.array([result.asked.answer_ms for result in results]),
        "search": np.array([result.asked.search_ms for result in results]),
    }
    for what, milliseconds in durations.items():
        for percent in (50, 95):
            estimates[f"{what} p{percent}, ms"] = estimate_percentile(milliseconds, percent)
    return estimates
