"""The result of one case: the response, what it contributes to each metric, and durations; or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evals.cases.case import Case
from evals.metrics.contribution import Contribution
from evals.metrics.measure import measure
from evals.response import CaseResponse


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case with the service's response, what it contributes to each metric, and durations in milliseconds by name.

    `response` is None, and `failure` has the message, for a request that failed.
    """

    case: Case
    response: CaseResponse | None
    contributions: Mapping[str, Contribution]
    durations: Mapping[str, float] = field(default_factory=dict)
    failure: str | None = None


def evaluate_response(response: CaseResponse) -> CaseResult:
    """Measure the response to one case."""
    durations = {"answer": response.answer_ms, "search": response.search_ms}
    return CaseResult(response.case, response, measure(response), durations)
