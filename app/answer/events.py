"""The events of one answer, in order: Started, any number of TextDelta, Finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from app.answer.evidence import SentenceSupport
from app.answer.retrieval.conflicts import Conflict
from app.answer.types import (
    AnswerKind,
    Candidate,
    CitationCounts,
    DegradedReason,
    Mode,
    Passage,
    ReplyKind,
    Retried,
)
from app.grounding import Report
from app.grounding.withhold import Withheld
from core.types import Message


@dataclass(frozen=True, slots=True)
class Started:
    """Everything that is known before the first word; `answerability`, `query` and `candidates` as in `Retrieval`."""

    answer_id: str
    mode: Mode
    passages: tuple[Passage, ...]
    answerability: float = 0.0
    query: str = ""
    candidates: tuple[Candidate, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, as it is shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole answer with its citations, its grounding report and its figures.

    degraded_reason  what is wrong with the model's answer; None where nothing is. The extractive answer is shown in its
                     place, or, where `mode` is "generated", the part of it that is good
    replied          the text is the domain's and claims nothing: small talk or a clarification; else None
    choices          what a clarification offers: each is a question that the user may ask next
    refused          the text is the domain's refusal; with `withheld`, the grounding policy refused and not the model
    cited            the passages that the text cites, in the order of their numbers
    support          where those passages support the sentences that cite them, in the order of the text
    conflicts        where other sources contradict what the text says
    nearest          of a refusal: the passages that are closest to the question, if any is close
    empty_index      nothing has been ingested: the text says so, and how to, in place of the domain's refusal
    grounding        None for what claims nothing (a refusal, a clarification, small talk), and for a quotation: an
                     extractive answer
    citations        what became of the model's citation markers
    timings_ms       milliseconds by stage
    model            the name of the model that wrote the answer, as its server gives it; None for an extractive answer
    prompt_tokens, completion_tokens
                     of all attempts and of a rewritten question, as the server counts
    withheld         the sentences that the grounding policy removed
    retried          None where the model was asked once only
    retry_failure    why there was no second answer, where `retried` is "failed"
    sent             what the model was sent: the messages of each attempt, and of a rewritten question
    cached_from      the id of the answer for which the text was written; None for one that was not given before
    recorded         the answer is kept: it can be rated and explained
    """

    text: str
    mode: Mode
    degraded_reason: DegradedReason | None
    refused: bool
    finish_reason: Literal["stop", "length"]
    cited: tuple[Passage, ...]
    grounding: Report | None
    citations: CitationCounts
    timings_ms: Mapping[str, float]
    model: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    withheld: tuple[Withheld, ...] = ()
    retried: Retried | None = None
    retry_failure: DegradedReason | None = None
    empty_index: bool = False
    replied: ReplyKind | None = None
    choices: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    nearest: tuple[Passage, ...] = ()
    support: tuple[SentenceSupport, ...] = ()
    sent: tuple[tuple[Message, ...], ...] = field(default=(), repr=False)
    cached_from: str | None = None
    recorded: bool = False

    @property
    def degraded(self) -> bool:
        """Whether a model is configured but did not write this answer, or only a part of it."""
        return self.degraded_reason is not None

    @property
    def kind(self) -> AnswerKind:
        """What the answer is."""
        return self.replied or ("refusal" if self.refused else "answer")


AnswerEvent: TypeAlias = Started | TextDelta | Finished
