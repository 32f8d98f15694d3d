"""Length: an answer that is there, is short enough to be learned, and is not just its passage again."""

from __future__ import annotations

from app.answer.citations import without_markers
from evals.distill.filters.candidate import Candidate
from evals.distill.filters.context import FilterContext

_MOST_OF_PASSAGE = 0.9
"""Share of the characters of the passages that are cited from which on the answer selects nothing."""
_SHORT = 300
"""Characters of cited passages that may be an answer as a whole."""


def check_length(candidate: Candidate, context: FilterContext) -> str | None:
    """Return why the lengths of an example are out of bounds, or None."""
    said = without_markers(candidate.answer).strip()
    if not any(map(str.isalnum, said)):
        return "the answer is empty"
    if len(candidate.answer) > context.limits.answer_characters:
        return "the answer is too long"
    if sum(len(message.content) for message in candidate.example.messages) > context.limits.prompt_characters:
        return "the prompt is too long"
    cited = sum(len(passage.chunk.text) for passage in candidate.cited)
    if cited > _SHORT and len(said) >= _MOST_OF_PASSAGE * cited:
        return "the answer is the whole passage"
    return None
