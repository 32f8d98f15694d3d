"""Refusals: the passages of the prompt must not answer the question after all.

A question whose answer was kept from the prompt is compared with that answer: no passage may have its place, its words,
or support what it says. Where no document answers, there is nothing to compare with: such a question is dropped where
the app is almost certain that the documents answer it.

Not covered: an answer in other words, in a document that has neither the words nor the values of the withheld one.
"""

from __future__ import annotations

from app.answer.ground import Grounder
from app.answer.retrieval.duplicates import contains_sentence
from core.sentences import split_sentences
from evals.distill.filters.candidate import Candidate, overlaps
from evals.distill.filters.context import FilterContext

_MOST_SUPPORT = 0.8
"""Of what the withheld answer says, the share that one passage may have."""


def check_refusal(candidate: Candidate, context: FilterContext) -> str | None:
    """Return why a question is not to be refused over its passages, or None, also for an answer."""
    if not candidate.is_refusal:
        return None
    if any(overlaps(passage, place) for passage in candidate.passages for place in candidate.places):
        return "the passages have the place of the answer"
    if candidate.withheld and _is_had(candidate, context):
        return "the passages have the answer"
    return None


def _is_had(candidate: Candidate, context: FilterContext) -> bool:
    """Say whether a passage has the words of a sentence of the withheld answer, or supports most of what it says."""
    grounder = Grounder(candidate.question.all_user_turns, candidate.passages, *context.refusals)
    for start, end in split_sentences(candidate.withheld):
        sentence = candidate.withheld[start:end]
        if any(contains_sentence(passage.chunk, sentence) for passage in candidate.passages):
            return True
        support = grounder.support(sentence)
        if support.claims and support.share(range(len(candidate.passages))) >= _MOST_SUPPORT:
            return True
    return False
