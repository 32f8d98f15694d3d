"""Refusals: precision and recall of a classifier whose positives are the unanswerable questions.

Not covered: why a question was refused; a refusal because no document was retrieved and one by the model count alike.
"""

from __future__ import annotations

from evals.metrics.contribution import Contribution, Contributions
from evals.response import CaseResponse


def measure_refusal(response: CaseResponse) -> Contributions:
    """Measure whether the question was refused when it should be. An underspecified one should be neither."""
    kind, refused = response.case.kind, response.refused
    precision = {"refusal precision": Contribution(float(kind == "unanswerable"))} if refused else {}
    if kind == "underspecified":
        return precision
    of_class = "refusal recall" if kind == "unanswerable" else "answerable but refused"
    return {**precision, of_class: Contribution(float(refused))}
