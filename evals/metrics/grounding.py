"""Grounding: what the grounding check flags in the answers.

Over the answers that were checked. Refusals are not: they claim nothing.

Not covered: flags that are wrong, and what the check does not find: `evals/metrics/labelled.py` measures both.
"""

from __future__ import annotations

from evals.metrics.contribution import Contribution, Contributions
from evals.response import CaseResponse


def measure_grounding(response: CaseResponse) -> Contributions:
    """Count the flags of an answer by severity."""
    if response.flags is None:
        return {}
    counts = {severity: sum(flag["severity"] == severity for flag in response.flags) for severity in ("hard", "soft")}
    shares = {f"answers with a {severity} flag": Contribution(float(count > 0)) for severity, count in counts.items()}
    means = {f"{severity} flags per answer": Contribution(float(count)) for severity, count in counts.items()}
    return {**shares, **means}
