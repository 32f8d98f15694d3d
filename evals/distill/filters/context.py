"""What the filters compare an example with: nothing of it changes while examples are filtered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from app.answer.types import Question, Retrieval
from core.types import Document, Vectors

Retrieve: TypeAlias = Callable[[Question], Retrieval]
"""Finds the passages of a question as they are served, among the documents that are not held out."""
Embed: TypeAlias = Callable[[Sequence[str]], Vectors]
"""Returns the vectors of texts as queries, shape (texts, dimension)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of an example, and how many may be alike.

    prompt_characters  most characters of all messages
    answer_characters  most characters of the answer
    per_document       most examples whose answer is from the same document
    per_template       most of all examples that one template may have made, a share
    """

    prompt_characters: int = 6000
    answer_characters: int = 700
    per_document: int = 40
    per_template: float = 0.5


@dataclass(frozen=True, slots=True)
class FilterContext:
    """The collaborators of the filters.

    held_out   the documents of which no text may be in an example
    questions  those of the evaluation, which no example may ask
    refusals   the domain's refusals in all languages
    """

    retrieve: Retrieve
    embed: Embed
    held_out: tuple[Document, ...]
    questions: tuple[str, ...]
    refusals: tuple[str, ...]
    refuse_below: float
    limits: Limits = field(default_factory=Limits)
