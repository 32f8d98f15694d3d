"""Decide matches: by a judge in both orders, or without a judge by a metric.

A judge is asked twice, with the answers in both orders, and a model wins only if both replies say so (Zheng et al.,
Judging LLM-as-a-judge with MT-Bench and Chatbot Arena, 2023). Replies that disagree are a tie, and are counted: they
show that the place of an answer, and not the answer, decided.

Nobody is asked where the answers are equal, which is a tie. A model loses where its request failed, and where the
service replaced its answer by an extractive one: what then is shown is not the model's.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.errors import ConfigurationError
from evals.arena.matches import Match
from evals.judge.judge import Judge
from evals.judge.verdict import Preferred
from evals.metrics.catalogue import METRICS, Metric
from evals.run.case_result import CaseResult

Outcome: TypeAlias = Literal["a", "b", "tie"]

_SWAPPED: dict[Preferred, Outcome] = {"first": "b", "second": "a", "tie": "tie"}
_IN_ORDER: dict[Preferred, Outcome] = {"first": "a", "second": "b", "tie": "tie"}


@dataclass(frozen=True, slots=True)
class Decision:
    """Who won a match, and why.

    `outcome` is None for a match that was not decided: a judge failed (`reason` is the cause), or the metric does not
    apply. `replies` has what the judge preferred in both orders, first as the match has them; empty where none was
    asked.
    """

    match: Match
    outcome: Outcome | None
    reason: str
    replies: tuple[Preferred, ...] = ()

    @property
    def inconsistent(self) -> bool:
        """Whether the judge's replies in both orders disagree."""
        return len(self.replies) == 2 and _IN_ORDER[self.replies[0]] != _SWAPPED[self.replies[1]]


def find_metric(name: str) -> Metric:
    """Return a metric by which a match can be decided. Raises ConfigurationError with the names of those."""
    of_answers = {known: metric for known, metric in METRICS.items() if metric.duration is None}
    if name in METRICS and name not in of_answers:
        raise ConfigurationError(
            f"'{name}' is a percentile over all questions, and a match is one question, whose duration is chance. "
            f"Compare it with: groundwork eval compare. Metrics of an answer: {', '.join(of_answers)}."
        )
    if name not in METRICS:
        raise ConfigurationError(f"There is no metric '{name}'. Metrics: {', '.join(of_answers)}.")
    return METRICS[name]


def decide_by_metric(match: Match, metric: Metric) -> Decision:
    """Decide by the metric's value on this case; equal values are a tie."""
    a, b = _value(match.result_a, metric), _value(match.result_b, metric)
    lost = _decide_lost(match)
    if lost is not None and (a is not None or b is not None):
        return lost
    if a is None or b is None:
        return Decision(match, None, f"{metric.name} does not apply")
    if a == b:
        return Decision(match, "tie", f"{metric.name} is {a:g} for both")
    better = a > b if metric.better == "higher" else a < b
    return Decision(match, "a" if better else "b", f"{metric.name} is {a:g} and {b:g}")


async def decide_by_judge(match: Match, judge: Judge) -> Decision:
    """Decide by a judge, in both orders. Raises GenerationError where it cannot be asked."""
    known = decide_unasked(match)
    if known is not None:
        return known
    assert match.answers is not None
    a, b = match.answers
    one, other = await asyncio.gather(judge.prefers(match.case, a, b), judge.prefers(match.case, b, a))
    for preference in (one, other):
        if preference.preferred is None:
            return Decision(match, None, preference.reason)
    assert one.preferred is not None
    assert other.preferred is not None
    replies = (one.preferred, other.preferred)
    in_order, swapped = _IN_ORDER[one.preferred], _SWAPPED[other.preferred]
    return Decision(match, in_order if in_order == swapped else "tie", one.reason, replies)


def decide_unasked(match: Match) -> Decision | None:
    """Return the decision that needs neither a judge nor a person; None where one is needed."""
    lost = _decide_lost(match)
    if lost is not None:
        return lost
    assert match.answers is not None
    if len(set(match.answers)) == 1:
        return Decision(match, "tie", "The answers are equal.")
    return None


def _decide_lost(match: Match) -> Decision | None:
    """Return the decision where a model has no answer of its own; None where both have one."""
    a, b = _is_lost(match.result_a), _is_lost(match.result_b)
    if not a and not b:
        return None
    return Decision(match, "tie" if a and b else "b" if a else "a", "A request failed, or its answer was replaced.")


def _is_lost(result: CaseResult) -> bool:
    response = result.response
    return response is None or (response.degraded and response.mode == "extractive")


def _value(result: CaseResult, metric: Metric) -> float | None:
    contribution = result.contributions.get(metric.name)
    if contribution is None or not contribution.denominator:
        return None
    return contribution.numerator / contribution.denominator
