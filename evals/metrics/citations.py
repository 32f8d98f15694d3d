"""Citations: whether the passages that an answer cites are those with the gold quotes.

    citation precision              pooled: of all cited passages, the share that is right
    citation recall                 the share of a question's gold quotes that the cited passages contain, as a mean
    answers with a right citation   the share of the questions whose answer cites a right passage, among others or not

A passage is right when it comes from a gold document or contains a gold quote. Recall and the last count over the
questions with gold, refused ones too: a refusal cites nothing. Citations of an answer to an unanswerable question are
not counted: the answer itself is the error, which refusal recall counts.

Source: after Gao et al., Enabling Large Language Models to Generate Text with Citations, 2023, with gold quotes in
place of an entailment model.

Not covered: whether each sentence is supported by what it cites, which is the grounding check's part.
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.cases.case import Gold
from evals.metrics.contribution import Contribution, Contributions
from evals.metrics.retrieval import Passage, recall
from evals.quotes import contains_quote
from evals.response import CaseResponse


def measure_citations(response: CaseResponse) -> Contributions:
    """Measure the citations of an answer to a question with gold."""
    golds, citations = response.case.gold, response.citations
    if not golds:
        return {}
    right = citation_precision(citations, golds)
    return {
        **({"citation precision": right} if citations else {}),
        "citation recall": Contribution(recall(citations, golds)),
        "answers with a right citation": Contribution(float(right.numerator > 0)),
    }


def citation_precision(citations: Sequence[Passage], golds: Sequence[Gold]) -> Contribution:
    """Count the cited passages that come from a gold document or contain a gold quote, of all cited passages."""
    correct = sum(
        any(passage["document_id"] == gold.document_id or contains_quote(passage["text"], gold.quote) for gold in golds)
        for passage in citations
    )
    return Contribution(correct, len(citations))
