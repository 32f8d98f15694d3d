"""How slices and figures of a run are named and written, on the terminal and in the report."""

from __future__ import annotations

from collections.abc import Mapping

from core.stats import Estimate
from evals.run.summary import KINDS, SLICES, TAGS

SLICE_TITLES: Mapping[str, str] = {
    "all": "All questions",
    "answerable": "Answerable",
    "follow_up": "Follow-ups",
    "underspecified": "Underspecified",
    "unanswerable": "Unanswerable",
    "paraphrase": "Paraphrases",
    "topic_change": "Changes of topic",
    "typo": "Typing errors",
    "language": "Other languages",
    "table": "Tables",
    "false_premise": "False premises",
    "conflict": "Conflicts",
}
"""What a set of questions is called."""

SLICE_MEANINGS: Mapping[str, str] = {
    "all": "every question of the run",
    "answerable": "the documents answer it",
    "follow_up": "needs the turns before it",
    "underspecified": "may mean several things; the service should ask back",
    "unanswerable": "the documents do not answer it",
    "paraphrase": "shares no content word with the gold quote",
    "topic_change": "changes the topic of the conversation",
    "typo": "has typing errors",
    "language": "in another language than the documents",
    "table": "over a table",
    "false_premise": "assumes what the documents contradict",
    "conflict": "two documents contradict each other",
}
"""Which questions belong to it."""

OF_KINDS = tuple(name for name in SLICES if name in KINDS)
OF_TAGS = tuple(name for name in SLICES if name in TAGS and name not in KINDS)
OF_ALL_ONLY = ("Requests", "Latency", "Speed and cost")
"""Groups of metrics that are printed for all questions together only."""

_TWO_DIGITS = ("hard flags per answer", "soft flags per answer", "cost per 1,000 answers")


def digits(metric: str) -> int:
    """Return the number of digits behind the point with which a metric is shown."""
    if metric.endswith(", ms"):
        return 0
    if metric == "tokens per second":
        return 1
    return 2 if metric in _TWO_DIGITS else 3


def figure(metric: str, value: float) -> str:
    """Return the value of a metric as it is shown."""
    return f"{value:,.{digits(metric)}f}"


def interval(metric: str, estimate: Estimate) -> str:
    """Return the interval of a metric as it is shown."""
    return f"{figure(metric, estimate.low)} – {figure(metric, estimate.high)}"
