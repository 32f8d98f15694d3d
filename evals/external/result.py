"""The result of a public set: metrics with intervals, what others have published, and how it was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.stats import Estimate, estimate_ratio
from evals.external.published import PublishedFigure
from evals.metrics.contribution import Contribution


@dataclass(frozen=True, slots=True)
class ExternalResult:
    """A finished run over a public set, as written to `folder`.

    `of_questions` are all questions of the set, `asked` those that were asked: figures of fewer are not comparable.
    """

    folder: Path
    configuration: Mapping[str, Any]
    of_questions: int
    asked: int
    metrics: Mapping[str, Estimate]
    published: tuple[PublishedFigure, ...]
    notes: tuple[str, ...]

    @property
    def is_sample(self) -> bool:
        """Whether questions of the set were left out."""
        return self.asked < self.of_questions

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "folder": str(self.folder),
            "configuration": dict(self.configuration),
            "questions": self.of_questions,
            "asked": self.asked,
            "metrics": {name: asdict(estimate) for name, estimate in self.metrics.items()},
            "published": [asdict(figure) for figure in self.published],
            "notes": list(self.notes),
        }


def estimates(contributions: Sequence[Mapping[str, Contribution]]) -> dict[str, Estimate]:
    """Estimate every metric over the questions that contribute to it, in the order of their first question."""
    names = dict.fromkeys(name for one in contributions for name in one)
    return {name: _estimate([one[name] for one in contributions if name in one]) for name in names}


def _estimate(of_metric: Sequence[Contribution]) -> Estimate:
    return estimate_ratio(
        np.array([one.numerator for one in of_metric]), np.array([one.denominator for one in of_metric])
    )
