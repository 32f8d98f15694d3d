"""What the service returned for one case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evals.cases.case import Case
from evals.labelled import CheckedAnswer


@dataclass(frozen=True, slots=True)
class CaseResponse:
    """A case and what the service returned for it: both response bodies and the durations in milliseconds.

    `checked` has the case's labelled answers, in order.
    """

    case: Case
    completion: dict[str, Any]
    search: dict[str, Any]
    answer_ms: float
    search_ms: float
    checked: tuple[CheckedAnswer, ...] = ()

    @property
    def content(self) -> str:
        """The answer, markers included."""
        return str(self.completion["choices"][0]["message"]["content"])

    @property
    def refused(self) -> bool:
        """Whether the service said that it found no answer."""
        return bool(self.completion["groundwork"]["refused"])

    @property
    def degraded(self) -> bool:
        """Whether the extractive answer replaced that of a model which failed."""
        return bool(self.completion["groundwork"]["degraded"])

    @property
    def citations(self) -> list[dict[str, Any]]:
        """The passages that the answer cites."""
        return list(self.completion["groundwork"]["citations"])

    @property
    def flags(self) -> list[dict[str, Any]] | None:
        """The grounding flags; None for an answer that was not checked, such as a refusal."""
        report = self.completion["groundwork"]["grounding"]
        return None if report is None else list(report["flags"])

    @property
    def hits(self) -> list[dict[str, Any]]:
        """The hits of the search, best first."""
        return list(self.search["hits"])
