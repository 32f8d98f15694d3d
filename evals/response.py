"""What the service returned for one case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evals.cases.case import Case
from evals.labelled import CheckedAnswer
from evals.quotes import without_markers


@dataclass(frozen=True, slots=True)
class CaseResponse:
    """A case and what the service returned for it: both response bodies and the durations in milliseconds.

    `checked` has the case's labelled answers, in order. `first_token_ms` is from the request to the first visible word
    of the answer; None where there was no word.
    """

    case: Case
    completion: dict[str, Any]
    search: dict[str, Any]
    answer_ms: float
    search_ms: float
    checked: tuple[CheckedAnswer, ...] = ()
    first_token_ms: float | None = None

    @property
    def content(self) -> str:
        """The answer, markers included."""
        return str(self.completion["choices"][0]["message"]["content"])

    @property
    def answer_text(self) -> str:
        """The answer without its markers; "" for a refusal, a question back and small talk, which state nothing."""
        return without_markers(self.content) if self.kind == "answer" else ""

    @property
    def kind(self) -> str:
        """What the service returned: "answer", "refusal", "clarification" or "small_talk"."""
        return str(self.completion["groundwork"]["kind"])

    @property
    def mode(self) -> str:
        """Who wrote what is shown: "generated" by a model, or "extractive"."""
        return str(self.completion["groundwork"]["mode"])

    @property
    def finish_reason(self) -> str:
        """How the model's answer ended: "stop", or "length" at the limit of tokens."""
        return str(self.completion["choices"][0]["finish_reason"])

    @property
    def degraded_reason(self) -> str | None:
        """Why the model did not write the answer, or only a part of it; None where nothing was wrong."""
        reason = self.completion["groundwork"]["degraded_reason"]
        return None if reason is None else str(reason)

    @property
    def prompt_tokens(self) -> int:
        """The tokens of the prompts of all attempts; 0 without a model."""
        return int(self.completion["usage"]["prompt_tokens"])

    @property
    def completion_tokens(self) -> int:
        """The tokens that the model wrote in all attempts; 0 without a model."""
        return int(self.completion["usage"]["completion_tokens"])

    @property
    def timings_ms(self) -> dict[str, float]:
        """Milliseconds by stage, as the service measured them."""
        return dict(self.completion["groundwork"]["timings_ms"])

    @property
    def refused(self) -> bool:
        """Whether the service said that it found no answer."""
        return bool(self.completion["groundwork"]["refused"])

    @property
    def degraded(self) -> bool:
        """Whether the extractive answer replaced that of a model which failed, or only a part of it is shown."""
        return bool(self.completion["groundwork"]["degraded"])

    @property
    def passages(self) -> list[dict[str, Any]]:
        """The passages from which the answer was written."""
        return list(self.completion["groundwork"]["passages"])

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
