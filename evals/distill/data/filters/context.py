"""What the filters compare an example with: nothing of it changes while examples are filtered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from app.answer.types import Question, Retrieval
from core.types import Document, Vectors
from evals.cases.case import Case
from evals.distill.data.filters.evaluation import EvaluationQuestions, question_text
from evals.distill.data.filters.held_out import HeldOutText

Retrieve: TypeAlias = Callable[[Question], Retrieval]
"""Finds the passages of a question as they are served, among the documents that are not held out."""
Embed: TypeAlias = Callable[[Sequence[str]], Vectors]
"""Returns the vectors of texts, shape (texts, dimension), each of length 1."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of an example, and how many may be alike.

    prompt_characters  most characters of all messages
    answer_characters  most characters of the answer
    per_document       most examples of each kind whose answer is from the same document
    """

    prompt_characters: int = 6000
    answer_characters: int = 700
    per_document: int = 40


@dataclass(frozen=True, slots=True)
class FilterContext:
    """The collaborators of the filters. `FilterContext.of` makes one.

    refusals      the domain's refusals in all languages
    refuse_below  the recipe's: a question with a lower answerability never reaches a model
    """

    retrieve: Retrieve
    embed: Embed
    held_out: HeldOutText
    questions: EvaluationQuestions
    refusals: tuple[str, ...]
    refuse_below: float
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(
        cls,
        retrieve: Retrieve,
        embed: Embed,
        *,
        held_out: Sequence[Document],
        cases: Sequence[Case],
        refusals: Sequence[str],
        refuse_below: float,
        limits: Limits | None = None,
    ) -> FilterContext:
        """Read the held-out documents and the cases of the evaluation. Raises EmbeddingError."""
        vectors = embed([question_text(case) for case in cases]) if cases else np.empty((0, 0), dtype=np.float32)
        return cls(
            retrieve,
            embed,
            HeldOutText((document.id, document.text) for document in held_out),
            EvaluationQuestions(cases, vectors),
            tuple(refusals),
            refuse_below,
            limits or Limits(),
        )
