"""Every metric of an evaluation: its group in reports, and whether higher or lower values are better.

A metric is either a ratio of two sums over questions, or a percentile of a duration (`evals/run/summary.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Better: TypeAlias = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric. For a percentile, `duration` names the duration of a response and `percent` the percentile.

    `most` is the greatest value that a case can have; None where there is no bound. The least is 0.
    """

    name: str
    group: str
    better: Better
    duration: str | None = None
    percent: int | None = None
    most: float | None = 1.0


def _ratios(group: str, better: Better, *names: str, most: float | None = 1.0) -> tuple[Metric, ...]:
    return tuple(Metric(name, group, better, most=most) for name in names)


def _percentiles(*durations: str) -> tuple[Metric, ...]:
    return tuple(
        Metric(f"{duration.replace('_', ' ')} p{percent}, ms", "Latency", "lower", duration, percent, most=None)
        for duration in durations
        for percent in (50, 95)
    )


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *_ratios(
            "Retrieval",
            "higher",
            "recall@1",
            "recall@3",
            "recall@5",
            "recall@10",
            "document recall@5",
            "nDCG@10",
            "MRR@10",
        ),
        *_ratios("Citations", "higher", "citation precision", "citation recall", "answers with a right citation"),
        *_ratios("Answers", "higher", "answers with a gold quote"),
        *_ratios("Answers", "lower", "degraded answers"),
        *_ratios("Reference", "higher", "exact match", "token F1", "ROUGE-L"),
        *_ratios("Tokens", "higher", "required tokens", "answers with all required tokens"),
        *_ratios("Tokens", "lower", "answers with a forbidden token"),
        *_ratios("Refusals", "higher", "refusal precision", "refusal recall"),
        *_ratios("Refusals", "lower", "answerable but refused"),
        *_ratios("Clarifications", "higher", "clarification precision", "clarification recall"),
        *_ratios("Grounding", "lower", "answers with a hard flag", "answers with a soft flag"),
        *_ratios("Grounding", "lower", "hard flags per answer", "soft flags per answer", most=None),
        *_ratios("Grounding", "higher", "answer words in the sources"),
        *_ratios("Degenerate answers", "lower", "loops", "cut-off answers", "answers without a citation"),
        *_ratios(
            "Labelled answers",
            "higher",
            "hard flags that touch a label",
            "unsupported parts found",
            "unsupported parts with a hard flag",
        ),
        *_ratios("Labelled answers", "lower", "supported answers with a hard flag"),
        *_ratios("Judge", "higher", "correct (judge)", "faithful (judge)"),
        *_ratios("Judge", "lower", "not judged (judge)"),
        *_ratios("Requests", "lower", "failed requests"),
        *_percentiles("first_token", "answer", "search"),
        *_ratios("Speed and cost", "higher", "tokens per second", most=None),
        *_ratios("Speed and cost", "lower", "cost per 1,000 answers", most=None),
    )
}
"""Every metric by name, in the order of the reports."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    group: tuple(metric.name for metric in METRICS.values() if metric.group == group)
    for group in dict.fromkeys(metric.group for metric in METRICS.values())
}
"""The names of the metrics by group."""
