"""Questions that an example may not ask again: those of an evaluation, or those of the examples before it.

Two questions ask the same where they have the same values ("2022" is not "2023") and

    the same words     at least `SAME_WORDS` of the content words of both (evals/cases/wording.py)
    the same meaning   vectors with a cosine of at least `SAME_MEANING`
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from core.types import Vectors
from evals.cases.wording import have_same_words, values_of, word_keys

Sameness: TypeAlias = Literal["words", "meaning"]
SAME_MEANING = 0.7
"""Of all-MiniLM-L6-v2: .60 of 42 paraphrases of evaluation questions reach it, and .04 of the pairs of different
questions (`python -m benchmarks.distill_filters`). An example dropped wrongly costs less than one that gives away a
question."""


class KnownQuestions:
    """Questions with their vectors; more can be added. `meaning` is the cosine from which two mean the same."""

    def __init__(self, meaning: float = SAME_MEANING) -> None:
        self._words: list[frozenset[str]] = []
        self._values: list[frozenset[str]] = []
        self._vectors: list[Vectors] = []
        self._meaning = meaning

    def add(self, text: str, vector: Vectors) -> None:
        """Add a question with its vector, shape (dimension,)."""
        self._words.append(word_keys(text))
        self._values.append(values_of(text))
        self._vectors.append(vector)

    def find(self, text: str, vector: Vectors) -> Sameness | None:
        """Return in which way a question asks what a known one asks; None where it asks something else."""
        if not self._vectors:
            return None
        words, values = word_keys(text), values_of(text)
        near = np.stack(self._vectors) @ vector >= self._meaning
        for known, known_values, is_near in zip(self._words, self._values, near, strict=True):
            if known_values == values and have_same_words(known, words):
                return "words"
            if known_values == values and is_near:
                return "meaning"
        return None
