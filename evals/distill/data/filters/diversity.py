"""Diversity: no two examples ask the same, and no document makes most of them."""

from __future__ import annotations

from collections import Counter

from evals.distill.data.filters.candidate import Candidate
from evals.distill.data.filters.context import FilterContext
from evals.distill.data.filters.known_questions import KnownQuestions

SAME_MEANING = 0.95
"""Cosine of two questions. Higher than that of a leak: here a question too many costs little."""


class Diversity:
    """The examples that were kept so far. An answer and a refusal of one question are two: they teach the difference.

    Questions are compared with those of the same document only: "How do I apply?" is another question on another page.
    """

    def __init__(self) -> None:
        self._asked: dict[tuple[str, bool], KnownQuestions] = {}
        self._of_document: Counter[tuple[str, str]] = Counter()

    def check(self, candidate: Candidate, context: FilterContext) -> str | None:
        """Return why an example adds nothing to those kept before; None for one that does, which is now one of them.

        Raises EmbeddingError.
        """
        document = _document(candidate)
        of_kind = (document, candidate.example.kind)
        if self._of_document[of_kind] >= context.limits.per_document:
            return "enough examples of the document"
        asked = candidate.question.all_user_turns
        vector = context.embed([asked])[0]
        known = self._asked.setdefault((document, candidate.is_refusal), KnownQuestions(SAME_MEANING))
        if known.find(asked, vector):
            return "the question was asked before"
        known.add(asked, vector)
        self._of_document[of_kind] += 1
        return None


def _document(candidate: Candidate) -> str:
    """Return the document of the answer; of a refusal without one, that of the best passage."""
    if candidate.places:
        return candidate.places[0].document_id
    return candidate.passages[0].chunk.document_id if candidate.passages else ""
