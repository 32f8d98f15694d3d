"""Turn the results of many questions into metrics with intervals: of all questions, of each kind, and of some tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from core.stats import Estimate, estimate_percentiles, estimate_ratios
from evals.cases.case import Case
from evals.metrics.catalogue import METRICS
from evals.metrics.contribution import Contribution
from evals.run.case_result import CaseResult

Summary: TypeAlias = Mapping[str, Mapping[str, Estimate]]
"""Estimates by slice, then by metric."""

ALL = "all"
KINDS = ("answerable", "follow_up", "underspecified", "unanswerable")
TAGS = (
    "paraphrase",
    "topic_change",
    "typo",
    "language",
    "table",
    "false_premise",
    "underspecified",
    "conflict",
)
SLICES: tuple[str, ...] = tuple(dict.fromkeys((ALL, *KINDS, *TAGS)))
"""The sets of questions that are reported, in order: all, those of a kind, and those with a tag."""
_ALL_ONLY = ("refusal precision", "clarification precision")
"""Of a slice of one kind of question such a precision is 0 or 1."""


def is_in(case: Case, name: str) -> bool:
    """Say whether a case belongs to a slice."""
    return name == ALL or name == case.kind or name in case.tags


def summarise(results: Sequence[CaseResult]) -> Summary:
    """Estimate every metric for every slice that has questions; leave out a metric that applies to none of them.

    The precision of refusals and of clarifications needs questions of several kinds, and is given for "all" only.
    """
    slices = {name: [result for result in results if is_in(result.case, name)] for name in SLICES}
    summary = {name: _estimates(members) for name, members in slices.items() if members}
    for name, estimates in summary.items():
        if name != ALL:
            for metric in _ALL_ONLY:
                estimates.pop(metric, None)
    return summary


def _estimates(results: Sequence[CaseResult]) -> dict[str, Estimate]:
    """Estimate every metric over the questions to which it applies, in the order of the catalogue."""
    found = {**_ratios(results), **_percentiles(results)}
    return {name: found[name] for name in METRICS if name in found}


def _ratios(results: Sequence[CaseResult]) -> dict[str, Estimate]:
    """Estimate together the metrics that apply to the same number of questions."""
    by_size: dict[int, list[tuple[str, list[Contribution]]]] = {}
    for name in METRICS:
        sums = [result.contributions[name] for result in results if name in result.contributions]
        if sums:
            by_size.setdefault(len(sums), []).append((name, sums))
    estimates: dict[str, Estimate] = {}
    for metrics in by_size.values():
        parts = np.array([[one.numerator for one in sums] for _, sums in metrics], dtype=np.float64)
        wholes = np.array([[one.denominator for one in sums] for _, sums in metrics], dtype=np.float64)
        estimates.update(zip((name for name, _ in metrics), estimate_ratios(parts, wholes), strict=True))
    return estimates


def _percentiles(results: Sequence[CaseResult]) -> dict[str, Estimate]:
    by_duration: dict[str, list[tuple[str, int]]] = {}
    for metric in METRICS.values():
        if metric.duration is not None and metric.percent is not None:
            by_duration.setdefault(metric.duration, []).append((metric.name, metric.percent))
    estimates: dict[str, Estimate] = {}
    for duration, metrics in by_duration.items():
        values = np.array([result.durations[duration] for result in results if duration in result.durations])
        if len(values):
            percents = [percent for _, percent in metrics]
            estimates.update(zip((name for name, _ in metrics), estimate_percentiles(values, percents), strict=True))
    return estimates
