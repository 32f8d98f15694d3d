"""Length: an answer that is there, is short enough to be learned, and is not just its passage again.

A short passage, or one of a sentence or two, may be an answer as a whole, and so may steps: they have to be complete.
"""

from __future__ import annotations

from app.answer.extractive.text import plain
from core.sentences import split_sentences
from evals.distill.data.filters.candidate import Candidate
from evals.distill.data.filters.context import FilterContext

_MOST_OF_PASSAGE = 0.9
"""Share of the characters of the passages that are cited from which on the answer selects nothing."""
_SHORT, _FEW_SENTENCES = 400, 2
"""Characters of cited passages, and their sentences, up to which all of them may be the answer."""
_WHOLE_KINDS = ("steps", "table")


def check_length(candidate: Candidate, context: FilterContext) -> str | None:
    """Return why the lengths of an example are out of bounds, or None."""
    if not any(map(str.isalnum, candidate.said)):
        return "the answer is empty"
    if len(candidate.answer) > context.limits.answer_characters:
        return "the answer is too long"
    if sum(len(message.content) for message in candidate.example.messages) > context.limits.prompt_characters:
        return "the prompt is too long"
    return "the answer is the whole passage" if _selects_nothing(candidate) else None


def _selects_nothing(candidate: Candidate) -> bool:
    """Say whether the answer has almost all that its passages say, in more than a few sentences."""
    if candidate.is_refusal or candidate.example.kind in _WHOLE_KINDS:
        return False
    texts = [plain(passage.chunk.text) for passage in candidate.cited]
    length = sum(map(len, texts))
    sentences = sum(len(split_sentences(text)) for text in texts)
    return length > _SHORT and sentences > _FEW_SENTENCES and len(candidate.said) >= _MOST_OF_PASSAGE * length
