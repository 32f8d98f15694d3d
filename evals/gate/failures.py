"""Count a degraded answer as the failure that it is, so that no candidate profits from it.

A model that fails is replaced by the extractive answer, which may well be right, and comes fast. That helps users, but
says nothing for the model that is to be promoted. So a degraded answer counts as the worst in every metric of answers,
and as one without an end in their durations, like a request that failed. What was retrieved does not depend on the
model and keeps its figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from evals.compare.pairs import Pair
from evals.metrics.catalogue import METRICS
from evals.metrics.measure import Contribution
from evals.run.case_result import CaseResult

_WITHOUT_MODEL = frozenset({"Retrieval", "Labelled answers"})
"""Groups of metrics that do not depend on what the model writes."""
_SEARCH = "search"


def count_degraded(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return the pairs with each degraded answer, of either run, as a failure of the model."""
    return tuple((_counted(a), _counted(b)) for a, b in pairs)


def _counted(result: CaseResult) -> CaseResult:
    if result.response is None or not result.response.degraded:
        return result
    return replace(
        result,
        contributions={name: _worst(name, found) for name, found in result.contributions.items()},
        durations={name: value if name == _SEARCH else math.inf for name, value in result.durations.items()},
    )


def _worst(name: str, found: Contribution) -> Contribution:
    metric = METRICS.get(name)
    if metric is None or metric.group in _WITHOUT_MODEL or metric.most is None:
        return found
    return Contribution(0.0 if metric.better == "higher" else metric.most * found.denominator, found.denominator)
