"""A gold question: one JSON object on each line of `cases.jsonl`.

    id        unique
    question  the last turn
    kind      "answerable", "unanswerable" (the documents do not answer it), "follow_up" (needs the history) or
              "underspecified" (may mean several things, so that the service should ask back)
    gold      [{"document_id", "quote"}]: words of a document that answer it; empty for an unanswerable and for an
              underspecified question
    answer    the answer that a person would give, in few words; exact match, token F1 and ROUGE-L compare with it
    required  [token or [token, …]]: what the answer has to contain; of a list, one token is enough
    forbidden [token]: what the answer must not contain
    history   [{"role", "content"}], oldest first; for follow-ups, and for questions that change the topic
    tags      any words; the tag "paraphrase" (no content word in common with the gold quote) is reported separately
    split     "dev" for tuning, "test" for reporting
    labelled  [{"answer", "unsupported"}]: answers of a model, and what in each the documents do not support: texts that
              are in the answer as they are written here, each once; a word, some words or a sentence; [] for a
              supported answer. The flags of the grounding check are compared with them

A token is a word, a number or a few of them, found as whole words whatever their case (`evals/metrics/required.py`).

`answer`, `required`, `forbidden`, `history`, `tags` and `labelled` are optional.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.types import Message

Kind: TypeAlias = Literal["answerable", "unanswerable", "follow_up", "underspecified"]
Split: TypeAlias = Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Gold:
    """Words of one document that answer a question."""

    document_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """An answer, and the parts of its text that the documents do not support."""

    answer: str
    unsupported: tuple[str, ...]

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where the unsupported parts are in the answer, in code points, half-open."""
        starts = [self.answer.index(part) for part in self.unsupported]
        return tuple((start, start + len(part)) for start, part in zip(starts, self.unsupported, strict=True))


@dataclass(frozen=True, slots=True)
class Case:
    """One gold question."""

    id: str
    question: str
    kind: Kind
    gold: tuple[Gold, ...]
    split: Split
    answer: str = ""
    history: tuple[Message, ...] = ()
    tags: frozenset[str] = frozenset()
    labelled: tuple[LabelledAnswer, ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the documents contain the answer. What an underspecified question asks for is not known."""
        return self.kind in ("answerable", "follow_up")
