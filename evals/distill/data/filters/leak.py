"""Leak: what the student is examined on must not be in its examples.

a question of the evaluation                    it has the content words of one
a paraphrase of a question of the evaluation    it has the meaning of one
a passage of a held-out document
text of a held-out document                     in a passage of another document, or in the answer
"""

from __future__ import annotations

from evals.distill.data.filters.candidate import Candidate
from evals.distill.data.filters.context import FilterContext


def check_leak(candidate: Candidate, context: FilterContext) -> str | None:
    """Return what of the evaluation an example gives away, or None. Raises EmbeddingError."""
    for asked in dict.fromkeys((candidate.question.text, candidate.question.all_user_turns)):
        if found := context.questions.find(candidate, asked, context.embed([asked])[0]):
            return found
    if any(passage.chunk.document_id in context.held_out.ids for passage in candidate.passages):
        return "a passage of a held-out document"
    texts = (candidate.said, *(passage.chunk.text for passage in candidate.passages))
    if any(map(context.held_out.has, texts)):
        return "text of a held-out document"
    return None
