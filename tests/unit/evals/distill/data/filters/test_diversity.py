from __future__ import annotations

from dataclasses import replace

from evals.distill.data.filters import Limits
from evals.distill.data.filters.diversity import Diversity
from tests.unit.evals.distill.data.filters.candidates import QUESTION, candidate, context, place_of, refused

CLAIM = place_of("Hand in an expense claim by the tenth of the following month", "expenses.md")


def test_a_question_is_asked_once_of_a_document() -> None:
    diversity = Diversity()
    assert diversity.check(candidate(), context()) is None
    assert diversity.check(candidate(question=QUESTION.lower()), context()) == "the question was asked before"
    assert diversity.check(candidate(question="How many days of leave are there?"), context()) is None


def test_the_same_question_about_another_document_and_its_refusal_are_kept() -> None:
    diversity = Diversity()
    assert diversity.check(candidate(), context()) is None
    assert diversity.check(candidate(places=(CLAIM,)), context()) is None
    assert diversity.check(refused(QUESTION, "", "laptops.md", places=(place_of("Unused days"),)), context()) is None


def test_a_question_about_another_value_is_another_question() -> None:
    diversity = Diversity()
    assert diversity.check(candidate(question="How many days were lost in 2022?"), context()) is None
    assert diversity.check(candidate(question="How many days were lost in 2023?"), context()) is None


def test_a_document_makes_only_so_many_examples_of_a_kind() -> None:
    diversity, limited = Diversity(), context(limits=Limits(per_document=1))
    assert diversity.check(candidate(), limited) is None
    other = candidate(question="Who agrees to a later date?")
    assert diversity.check(other, limited) == "enough examples of the document"
    assert diversity.check(replace(other, example=replace(other.example, kind="steps")), limited) is None
