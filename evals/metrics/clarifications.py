"""Clarifications: precision and recall of a classifier whose positives are the underspecified questions.

Not covered: whether one of the choices is what was meant, and how many turns the clarification costs.
"""

from __future__ import annotations

from evals.metrics.contribution import Contribution, Contributions
from evals.response import CaseResponse


def measure_clarification(response: CaseResponse) -> Contributions:
    """Measure whether the service asked back when it should."""
    underspecified, asked_back = response.case.kind == "underspecified", response.kind == "clarification"
    precision = {"clarification precision": Contribution(float(underspecified))} if asked_back else {}
    recall = {"clarification recall": Contribution(float(asked_back))} if underspecified else {}
    return {**precision, **recall}
