"""The questions of an evaluation, and the words that answer them: no example may ask one of them.

Vectors alone miss paraphrases without a word in common ("do you chip in for new glasses?", "How much does the insurance
pay towards spectacles?"). An example whose answer is in the gold quote of a case therefore needs to be less near to it:
`SAME_MEANING_OF_QUOTE` in place of `SAME_MEANING`. The figures: `python -m benchmarks.distill_filters`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.answer.types import Question
from core.types import Vectors
from evals.cases.case import Case
from evals.distill.data.filters.candidate import Candidate, has_place
from evals.distill.data.filters.known_questions import KnownQuestions
from evals.quotes import normalise

SAME_MEANING_OF_QUOTE = 0.45


class EvaluationQuestions:
    """Cases with the vectors of their questions, shape (cases, dimension)."""

    def __init__(self, cases: Sequence[Case], vectors: Vectors) -> None:
        self._known = KnownQuestions()
        self._quotes: dict[str, list[tuple[str, Vectors]]] = {}
        for case, vector in zip(cases, vectors, strict=True):
            self._known.add(question_text(case), vector)
            for gold in case.gold:
                self._quotes.setdefault(gold.document_id, []).append((normalise(gold.quote), vector))

    def find(self, candidate: Candidate, asked: str, vector: Vectors) -> str | None:
        """Return what a question of an example has in common with one of the evaluation; None for nothing."""
        same = self._known.find(asked, vector)
        if same == "words":
            return "a question of the evaluation"
        if same == "meaning" or self._is_about_quote(candidate, vector):
            return "a paraphrase of a question of the evaluation"
        return None

    def _is_about_quote(self, candidate: Candidate, vector: Vectors) -> bool:
        for document_id, text in _answers(candidate):
            for quote, known in self._quotes.get(document_id, ()):
                if (quote in text or text in quote) and float(np.dot(known, vector)) >= SAME_MEANING_OF_QUOTE:
                    return True
        return False


def question_text(case: Case) -> str:
    """Return what is asked in a case: the turns of the user so far."""
    return Question(case.question, case.history).all_user_turns


def _answers(candidate: Candidate) -> list[tuple[str, str]]:
    """Return the documents of the answer's places, each with its words there, normalised."""
    found = []
    for place in candidate.places:
        for passage in candidate.passages:
            if has_place(passage, place):
                start = place.start - passage.chunk.start
                words = passage.chunk.text[start : start + place.end - place.start]
                found.append((place.document_id, normalise(words)))
    if candidate.withheld:
        found += [(place.document_id, normalise(candidate.withheld)) for place in candidate.places]
    return [(document_id, text) for document_id, text in found if text]
