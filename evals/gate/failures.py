"""Count a degraded answer as the failure that it is, so that no candidate profits from it.

A model that fails is replaced by the extractive answer, which may well be right, and comes fast, or a part of what it
wrote is shown. That helps users, but says nothing for the model that is to be promoted. So a degraded answer counts as
a request that failed does (`evals/run/worst.py`): as the worst in every metric of answers, also in those of which only
the other run has a value for the case, such as a judge's, and as one without an end in the durations. What was
retrieved does not depend on the model and keeps its figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from evals.compare.pairs import Pair
from evals.metrics.catalogue import METRICS
from evals.metrics.contribution import Contribution
from evals.run.case_result import CaseResult
from evals.run.worst import worst_contributions

_WITHOUT_MODEL = frozenset({"Retrieval", "Labelled answers", "Requests"})
"""Groups of metrics that do not depend on what the model writes."""
_SEARCH = "search"


def is_degraded(result: CaseResult) -> bool:
    """Return whether the answer is the extractive one in place of the model's, or only a part of that."""
    return result.response is not None and result.response.degraded


def count_failures(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return the pairs with each degraded answer and each failed request, of either run, as the worst answer."""
    return tuple((_counted(a, b), _counted(b, a)) for a, b in pairs)


def _counted(result: CaseResult, other: CaseResult) -> CaseResult:
    if result.failure is None and not is_degraded(result):
        return result
    applies = {**worst_contributions(result.case, "generated"), **other.contributions, **result.contributions}
    worst = {name: _worst(name, one) for name, one in applies.items() if _depends_on_model(name)}
    return replace(
        result,
        contributions={**result.contributions, **worst},
        durations={name: value if name == _SEARCH else math.inf for name, value in result.durations.items()},
    )


def _depends_on_model(name: str) -> bool:
    metric = METRICS.get(name)
    return metric is not None and metric.group not in _WITHOUT_MODEL and metric.most is not None


def _worst(name: str, found: Contribution) -> Contribution:
    return Contribution(0.0 if METRICS[name].better == "higher" else found.denominator, found.denominator)
