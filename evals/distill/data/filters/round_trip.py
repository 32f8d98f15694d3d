"""Round trip: the question finds the passages that the answer cites, as the app would search for it.

A question that finds other passages is not one that the student will be asked together with these.
"""

from __future__ import annotations

from app.answer.retrieval.duplicates import contains_sentence
from app.answer.types import Passage
from evals.distill.data.filters.candidate import Candidate, has_place
from evals.distill.data.filters.context import FilterContext


def check_round_trip(candidate: Candidate, context: FilterContext) -> str | None:
    """Return why the question does not lead to its prompt, or None. Raises IndexFault or EmbeddingError."""
    found = context.retrieve(candidate.question)
    if found.answerability < context.refuse_below:
        return "the app would refuse the question"
    if candidate.is_refusal:
        return None
    for place in candidate.places:
        holding = next((passage for passage in candidate.passages if has_place(passage, place)), None)
        if holding is None:
            return "no passage of the prompt has the answer"
        start = place.start - holding.chunk.start
        text = holding.chunk.text[start : start + place.end - place.start]
        if not any(has_place(passage, place) or contains_sentence(passage.chunk, text) for passage in found.passages):
            return "the search does not find the passage"
    return _uncited(candidate, found.passages)


def _uncited(candidate: Candidate, found: tuple[Passage, ...]) -> str | None:
    """Return the reason where a cited passage is none that is found: its chunk, or one with the same text."""
    for cited in candidate.cited:
        is_found = any(
            passage.chunk.id == cited.chunk.id or contains_sentence(passage.chunk, cited.chunk.text)
            for passage in found
        )
        if not is_found:
            return "the search does not find the passage"
    return None
