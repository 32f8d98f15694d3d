"""Grounding: the passages of the prompt have everything that the answer says, as the app's own checker sees it."""

from __future__ import annotations

from app.answer.ground import Grounder
from evals.distill.data.filters.candidate import Candidate
from evals.distill.data.filters.context import FilterContext


def check_grounding(candidate: Candidate, context: FilterContext) -> str | None:
    """Return the first reason for which the checker flags the answer, or None. A refusal claims nothing."""
    grounder = Grounder(candidate.question.all_user_turns, candidate.passages, *context.refusals)
    report = grounder.report(candidate.answer)
    if candidate.is_refusal:
        return None if report is None else "the refusal is not the domain's"
    if report is None:
        return "the answer is a refusal"
    hard_first = sorted(report.flags, key=lambda flag: (flag.severity, -flag.confidence))
    return hard_first[0].reason.replace("_", " ") if hard_first else None
