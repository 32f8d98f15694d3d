"""The result of one case: the response, what it contributes to each metric, and durations; or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evals.cases.case import Case
from evals.metrics.contribution import Contribution
from evals.metrics.measure import measure
from evals.response import CaseResponse
from evals.run.price import Price, cost_of_1000
from evals.run.worst import worst_contributions

_NO_PRICE = Price()
_MODEL_STAGES = ("rewrite", "generate")
"""The stages of an answer in which a model writes, by their names in `timings_ms`."""


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


def evaluate_response(response: CaseResponse, price: Price = _NO_PRICE, concurrency: int = 1) -> CaseResult:
    """Measure the response to one case, which was asked beside others with this concurrency."""
    durations = {"answer": response.answer_ms, "search": response.search_ms}
    if response.first_token_ms is not None:
        durations["first_token"] = response.first_token_ms
    contributions = {
        **measure(response),
        "failed requests": Contribution(0.0),
        **_speed(response),
        **_cost(response, price, concurrency),
    }
    return CaseResult(response.case, response, contributions, durations)


def failed_result(case: Case, failure: str, mode: str) -> CaseResult:
    """Return the result of a case for which a request failed, of a service with this mode of answers.

    It has the worst contribution to every metric of the answer (`evals/run/worst.py`), and no duration, speed or cost.
    """
    contributions = {**worst_contributions(case, mode), "failed requests": Contribution(1.0)}
    return CaseResult(case, None, contributions, failure=failure)


def _speed(response: CaseResponse) -> dict[str, Contribution]:
    """The tokens that the model wrote, and the seconds of the stages in which it did, reading the prompt included."""
    milliseconds = sum(response.timings_ms.get(stage, 0.0) for stage in _MODEL_STAGES)
    if response.mode != "generated" or not response.completion_tokens or not milliseconds:
        return {}
    return {"tokens per second": Contribution(response.completion_tokens, milliseconds / 1000)}


def _cost(response: CaseResponse, price: Price, concurrency: int) -> dict[str, Contribution]:
    cost = cost_of_1000(response, price, concurrency)
    return {} if cost is None else {"cost per 1,000 answers": Contribution(cost)}
