"""Compute what one question contributes to each metric: pure functions of a case and of the service's response.

A file of this package is a topic; its docstring has the sources of the formulas and what they do not cover.
"""

from __future__ import annotations

from evals.metrics.answers import measure_answer
from evals.metrics.citations import measure_citations
from evals.metrics.clarifications import measure_clarification
from evals.metrics.contribution import Contribution
from evals.metrics.degenerate import measure_degeneration
from evals.metrics.grounding import measure_grounding
from evals.metrics.labelled import measure_labelled
from evals.metrics.reference import compare_with_reference
from evals.metrics.refusals import measure_refusal
from evals.metrics.required import find_required
from evals.metrics.retrieval import measure_retrieval
from evals.metrics.source_words import measure_source_words
from evals.response import CaseResponse

_TOPICS = (
    measure_retrieval,
    measure_citations,
    measure_answer,
    compare_with_reference,
    find_required,
    measure_refusal,
    measure_clarification,
    measure_grounding,
    measure_source_words,
    measure_degeneration,
    measure_labelled,
)


def measure(response: CaseResponse) -> dict[str, Contribution]:
    """Return the contributions to every metric that applies to the question, by name."""
    return {name: contribution for topic in _TOPICS for name, contribution in topic(response).items()}
