"""Labelled answers: how good the flags of the grounding check are (`evals/labelled.py`).

Precision and recall of spans; a span is right when it overlaps one of the other side. Pooled over flags, over labelled
parts, and over supported answers.

Not covered: how much of a labelled part a flag covers.
"""

from __future__ import annotations

from evals.metrics.contribution import Contribution, Contributions
from evals.response import CaseResponse


def measure_labelled(response: CaseResponse) -> Contributions:
    """Compare the flags on the labelled answers of the case with the labels."""
    checked = response.checked
    flags = sum(len(one.hard_flags) for one in checked)
    alarms = sum(len(one.false_alarms) for one in checked)
    parts = sum(len(one.labelled.unsupported) for one in checked)
    supported = [one for one in checked if not one.labelled.unsupported]
    counts = {
        "hard flags that touch a label": (flags - alarms, flags),
        "unsupported parts found": (parts - sum(len(one.missed) for one in checked), parts),
        "unsupported parts with a hard flag": (parts - sum(len(one.missed_by_hard_flags) for one in checked), parts),
        "supported answers with a hard flag": (sum(bool(one.hard_flags) for one in supported), len(supported)),
    }
    return {name: Contribution(part, whole) for name, (part, whole) in counts.items() if whole}
