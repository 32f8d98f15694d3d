"""A proposal: a question about one document, before it is checked, chosen and written as a case."""

from __future__ import annotations

from dataclasses import dataclass

from core.text import Span
from core.types import Message
from evals.cases.case import Kind


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question and where the document answers it.

    `gold` are spans of the document's parsed text, so that a quote is a slice of it; empty for an unanswerable one.
    `subject` names what is asked about, in the words of the document: two proposals of a document with one subject ask
    about the same thing. `template` names what made it.
    """

    question: str
    template: str
    gold: tuple[Span, ...]
    answer: str = ""
    kind: Kind = "answerable"
    subject: str = ""
    tags: tuple[str, ...] = ()
    history: tuple[Message, ...] = ()
