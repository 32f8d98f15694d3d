"""The events of one answer: Started, then TextDelta, then Finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.answer.types import Mode, Passage, Retried, Withheld
from app.grounding import Report


@dataclass(frozen=True, slots=True)
class Started:
    """Everything that is known before the first word."""

    answer_id: str
    mode: Mode
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, as it is shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole answer and what is to be said about it.

    `degraded`: a model is configured but did not answer, or is too busy to be asked, and the extractive answer stands
    in. `dropped_markers`: citation markers that resolved to no passage and were removed. `timings_ms`: milliseconds by
    stage. `withheld`: what the grounding policy kept back. With `refused` it is the policy that refused, not the model.
    `retried`: None where the model was asked once only; tokens are those of all attempts.
    """

    text: str
    mode: Mode
    degraded: bool
    refused: bool
    finish_reason: Literal["stop", "length"]
    cited: tuple[Passage, ...]
    grounding: Report | None
    dropped_markers: int
    timings_ms: Mapping[str, float]
    prompt_tokens: int = 0
    completion_tokens: int = 0
    withheld: tuple[Withheld, ...] = ()
    retried: Retried | None = None


AnswerEvent: TypeAlias = Started | TextDelta | Finished
