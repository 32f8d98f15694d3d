"""A question is retrieved for alone or with its conversation, whichever its words ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.answer.retrieval.retrieve import Retriever, retrieve
from core.recipe import Recipe
from core.types import Message
from testing.handbook import PAGES, small_retriever

RECIPE = Recipe(top_k=4)
LAPTOP = (Message("user", "Where do I report a lost laptop?"), Message("assistant", "At the security desk [1]."))


def test_a_follow_up_finds_the_page_of_the_question_before_it(retriever: Retriever) -> None:
    found = retrieve("And by when?", LAPTOP, RECIPE, retriever)
    assert found.query == "Where do I report a lost laptop? And by when?"
    assert found.passages[0].chunk.document_id == "security/laptops.md"


def test_after_an_unrelated_question_a_question_finds_what_it_finds_alone(retriever: Retriever) -> None:
    question = "When is an expense claim due, and what is the limit for dinner?"
    alone = retrieve(question, (), RECIPE, retriever)
    after = retrieve(question, LAPTOP, RECIPE, retriever)
    assert after.query == question
    assert after.passages[0].chunk == alone.passages[0].chunk


def test_a_change_of_topic_that_opens_like_a_follow_up_is_not_read_with_the_question_before_it(
    retriever: Retriever,
) -> None:
    found = retrieve("What about annual leave?", LAPTOP, RECIPE, retriever)
    assert found.query == "What about annual leave?"
    assert found.passages[0].chunk.document_id == "leave/annual.md"


def test_a_correction_finds_the_other_value(tmp_path: Path) -> None:
    prices = {
        f"permits/{year}.md": f"# Permits {year}\n\nIn {year} a parking permit costs {year - 2000} EUR.\n"
        for year in (2021, 2022, 2023)
    }
    other = small_retriever(tmp_path, pages={**PAGES, **prices})
    history = (Message("user", "What does a parking permit cost in 2022?"), Message("assistant", "22 EUR [1]."))
    found = retrieve("No, I meant 2023", history, RECIPE, other)
    other.close()
    assert found.passages[0].chunk.document_id == "permits/2023.md"


@pytest.mark.parametrize("question", ["", "?", "the of and"])
def test_a_question_without_words_is_searched_for_with_its_conversation(retriever: Retriever, question: str) -> None:
    assert retrieve(question, LAPTOP, RECIPE, retriever).passages


def test_forms_of_an_identifier_that_no_page_has_do_not_count_in_a_conversation_either(retriever: Retriever) -> None:
    history = (
        Message("user", "What does error E-9731 mean for my annual leave?"),
        Message("assistant", "A retry [1]."),
    )
    found = retrieve("How many days of annual leave does a colleague get?", history, RECIPE, retriever)
    (joined,) = retriever.sparse.joined_tokens("E-9731")
    assert joined not in found.idf
