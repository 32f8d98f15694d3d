from __future__ import annotations

from typing import Any

from evals.metrics.citations import citation_precision, measure_citations
from evals.metrics.contribution import Contribution
from tests.unit.evals.responses import LEAVE, PAY, case_of, gold_passage, passage, response_to

OTHER = passage("other.md")


def test_a_citation_is_correct_from_a_gold_document_or_with_a_gold_quote() -> None:
    copied = passage("copy.md", LEAVE.quote)
    assert citation_precision([passage("leave.md"), copied, OTHER], [LEAVE]) == Contribution(2, 3)


def test_full_citation_recall_of_a_conflict_needs_citations_of_both_pages() -> None:
    conflict = case_of(LEAVE, PAY, tags=["conflict"])
    one = measure_citations(response_to(conflict, cited=[gold_passage(PAY)]))
    both = measure_citations(response_to(conflict, cited=[gold_passage(PAY), gold_passage(LEAVE)]))
    assert one["citation recall"] == Contribution(0.5)
    assert both["citation recall"] == Contribution(1.0)


def test_one_right_citation_among_wrong_ones_is_enough_for_an_answer_with_a_right_citation() -> None:
    def cited(*passages: dict[str, Any]) -> float:
        measured = measure_citations(response_to(case_of(LEAVE, PAY), cited=passages))
        return measured["answers with a right citation"].numerator

    assert cited(OTHER, gold_passage(PAY)) == cited(passage("leave.md")) == cited(passage("copy.md", PAY.quote)) == 1.0
    assert cited(OTHER) == cited() == 0.0


def test_a_refused_question_counts_as_an_answer_without_a_right_citation() -> None:
    measured = measure_citations(response_to(case_of(LEAVE), refused=True))
    assert measured["answers with a right citation"] == Contribution(0.0)


def test_an_answer_without_citations_has_no_precision_and_zero_recall() -> None:
    contributions = measure_citations(response_to(case_of(LEAVE), cited=[]))
    assert "citation precision" not in contributions
    assert contributions["citation recall"] == Contribution(0.0)


def test_citations_of_an_answer_to_an_unanswerable_question_are_not_counted() -> None:
    assert measure_citations(response_to(case_of(), cited=[OTHER])) == {}
