"""The worst contributions of a case: what a request that failed contributes to the metrics.

A system must not gain by failing on hard questions, and two runs must have the same cases to be compared in pairs. So a
failed request counts in every metric that could apply to its case, at its worst value: a metric for which higher is
better gets 0, another one its whole denominator. Which metrics apply is found by measuring answers in its place: for
every case one that is cited wrongly, and for a question that has an answer also a refusal.

Not covered: latency, speed and cost, which have no worst value; the share of failed requests is a metric of its own.
"""

from __future__ import annotations

from typing import Any

from evals.cases.case import Case
from evals.labelled import CheckedAnswer
from evals.metrics.catalogue import METRICS
from evals.metrics.contribution import Contribution
from evals.metrics.measure import measure
from evals.response import CaseResponse

_TEXT = "A claim that no passage has. [1]"
_CITATION = {
    "index": 1,
    "document_id": "",
    "document_name": "",
    "chunk_id": "",
    "text": "",
    "score": 0.0,
    "section": None,
    "page": None,
    "url": None,
    "start": 0,
    "end": 0,
}


def worst_contributions(case: Case, mode: str) -> dict[str, Contribution]:
    """Return the worst contribution to every metric that could apply to a case, in a run with this mode of answers."""
    answers = [_response(case, mode, refused=False)]
    if case.kind != "unanswerable":
        answers.append(_response(case, mode, refused=True))
    return {name: _worst(name, whole) for answer in answers for name, whole in measure(answer).items()}


def _worst(name: str, contribution: Contribution) -> Contribution:
    whole = contribution.denominator
    return Contribution(0.0 if METRICS[name].better == "higher" else whole, whole)


def _response(case: Case, mode: str, *, refused: bool) -> CaseResponse:
    """Return a response with every field that a metric may read."""
    is_checked = mode == "generated" and not refused
    report = {"supported": True, "score": 1.0, "flags": [], "sentences": [], "unjudged": []}
    groundwork: dict[str, Any] = {
        "answer_id": "",
        "mode": mode,
        "kind": "refusal" if refused else "answer",
        "degraded": False,
        "degraded_reason": None,
        "refused": refused,
        "passages": [_CITATION],
        "citations": [_CITATION],
        "support": [],
        "grounding": report if is_checked else None,
        "withheld": [],
        "retried": None,
        "choices": [],
        "conflicts": [],
        "nearest": [],
        "timings_ms": {},
    }
    completion = {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": _TEXT}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        "groundwork": groundwork,
    }
    checked = tuple(CheckedAnswer(labelled, {**report, "flags": []}) for labelled in case.labelled)
    return CaseResponse(case, completion, {"hits": [], "copies": []}, 0.0, 0.0, checked)
