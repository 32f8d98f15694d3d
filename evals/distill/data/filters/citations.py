"""Citations: the answer cites what supports it, as the app would write its citations (app/answer/citations.py)."""

from __future__ import annotations

from app.answer.citations import CitationWriter
from app.answer.ground import Grounder
from app.answer.parts import split_parts
from evals.distill.data.filters.candidate import Candidate
from evals.distill.data.filters.context import FilterContext


def check_citations(candidate: Candidate, context: FilterContext) -> str | None:
    """Return what the app would change about the citations of an answer, or None. A refusal cites nothing."""
    has_marker = any(part.kind == "marker" for part in split_parts(candidate.answer))
    if candidate.is_refusal:
        return "a refusal cites" if has_marker else None
    if not has_marker:
        return "nothing is cited"
    grounder = Grounder(candidate.question.all_user_turns, candidate.passages, *context.refusals)
    writer = CitationWriter(candidate.passages, grounder.support)
    for part in split_parts(candidate.answer):
        writer.feed(part)
    counts = writer.counts
    if counts.dropped:
        return "a citation does not support its sentence"
    if counts.moved:
        return "another passage supports the sentence"
    return "a sentence lacks its citation" if counts.added else None
