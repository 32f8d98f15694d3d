"""One number for the answer to a case, from 0 to 1: what the search maximises.

    0    for a request that failed, and for an answer that the model did not write: the extractive one in its place says
         nothing about the prompt
    0/1  for a question that the documents do not answer: whether it was refused; for an underspecified one: whether the
         service asked back
    0    for one that they answer and that was refused
    mean of the chosen metrics that apply, otherwise; one that is better when lower counts as 1 minus its value

Not covered: answers that are right in other words than the gold quote's, where no other metric of a case applies.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import ConfigurationError
from evals.metrics.catalogue import METRICS
from evals.metrics.contribution import Contribution
from evals.run.case_result import CaseResult

DEFAULT_METRICS = ("required tokens", "answers with a gold quote", "citation recall", "answers with a hard flag")


def check_metrics(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names. Raises ConfigurationError for one that is no metric, or has no value for a single answer."""
    usable = [name for name, metric in METRICS.items() if metric.duration is None]
    for name in names:
        if name not in usable:
            raise ConfigurationError(f"There is no metric '{name}' of single answers. Metrics: {', '.join(usable)}.")
    return tuple(names)


def score(result: CaseResult, metrics: Sequence[str]) -> float:
    """Return the score of a result."""
    response = result.response
    if response is None or response.degraded:
        return 0.0
    if not result.case.answerable:
        wanted = "clarification recall" if result.case.kind == "underspecified" else "refusal recall"
        return result.contributions[wanted].numerator
    if response.refused:
        return 0.0
    values = [_value(name, result.contributions[name]) for name in metrics if name in result.contributions]
    return sum(values) / len(values) if values else 0.0


def _value(name: str, contribution: Contribution) -> float:
    value = contribution.numerator / contribution.denominator if contribution.denominator else 0.0
    bounded = min(1.0, max(0.0, value))
    return bounded if METRICS[name].better == "higher" else 1.0 - bounded
