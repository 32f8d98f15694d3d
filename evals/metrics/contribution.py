"""What one question contributes to a metric.

Every metric is a ratio of two sums over questions. For a mean, each question adds its value to the numerator and 1 to
the denominator; a pooled share, such as precision, adds counts to both. A question to which a metric does not apply,
such as recall for an unanswerable one, contributes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a question adds to the numerator and the denominator of a metric; for a mean the denominator is 1."""

    numerator: float
    denominator: float = 1.0


Contributions: TypeAlias = Mapping[str, Contribution]
"""The contributions of one question, by the name of the metric."""
