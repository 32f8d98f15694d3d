"""Turn the results of many questions into metrics with intervals, for all questions and for each kind of question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from core.stats import Estimate, estimate_percentile, estimate_ratio
from evals.metrics.catalogue import METRICS, Metric
from evals.run.case_result import CaseResult

Summary: TypeAlias = Mapping[str, Mapping[str, Estimate]]
"""Estimates by slice ("all", "answerable", "follow_up", "paraphrase", "unanswerable"), then by metric."""


def summarise(results: Sequence[CaseResult]) -> Summary:
    """Estimate every metric for every slice that has questions; leave out a metric that applies to none of them.

    Refusal precision needs answerable and unanswerable questions, and is given for "all" only.
    """
    slices = {
        "all": list(results),
        **{kind: [r for r in results if r.case.kind == kind] for kind in ("answerable", "follow_up")},
        "paraphrase": [r for r in results if "paraphrase" in r.case.tags],
        "unanswerable": [r for r in results if r.case.kind == "unanswerable"],
    }
    summary = {name: _estimates(members) for name, members in slices.items() if members}
    for name, estimates in summary.items():
        if name != "all":
            estimates.pop("refusal precision", None)
    return summary


def _estimates(results: Sequence[CaseResult]) -> dict[str, Estimate]:
    estimates = {name: _estimate(metric, results) for name, metric in METRICS.items()}
    return {name: estimate for name, estimate in estimates.items() if estimate is not None}


def _estimate(metric: Metric, results: Sequence[CaseResult]) -> Estimate | None:
    """Estimate a metric over the questions to which it applies; None where it applies to none."""
    if metric.duration is not None and metric.percent is not None:
        durations = [result.durations[metric.duration] for result in results if metric.duration in result.durations]
        return estimate_percentile(np.array(durations), metric.percent) if durations else None
    contributions = [result.contributions[metric.name] for result in results if metric.name in result.contributions]
    if not contributions:
        return None
    return estimate_ratio(
        np.array([contribution.numerator for contribution in contributions]),
        np.array([contribution.denominator for contribution in contributions]),
    )
