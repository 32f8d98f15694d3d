from __future__ import annotations

import pytest

from app.answer.question.rewrite import is_follow_up, rewrite
from core.types import Message

LEAVE = (
    Message("user", "How many days of annual leave do I have?"),
    Message("assistant", "You have 25 days of tungsten [1]."),
)


def test_without_a_conversation_the_question_is_searched_for_as_it_stands() -> None:
    assert rewrite("And for part-time colleagues?", ()) == "And for part-time colleagues?"


@pytest.mark.parametrize(
    "question",
    [
        "And for part-time colleagues who work three days a week?",
        "What about colleagues who started in the middle of the year?",
        "Can I move them into the year that follows?",
        "Und wie ist das bei Kolleginnen in Teilzeit geregelt?",
        "In writing?",
    ],
)
def test_a_follow_up_is_preceded_by_the_previous_question(question: str) -> None:
    assert rewrite(question, LEAVE) == f"{LEAVE[0].content} {question}"


def test_a_question_that_needs_no_context_is_not_changed() -> None:
    question = "Who has to approve an expense claim above 500 EUR?"
    assert not is_follow_up(question)
    assert rewrite(question, LEAVE) == question


def test_the_words_of_the_assistant_are_never_searched_for() -> None:
    assert "tungsten" not in rewrite("Why?", LEAVE)


def test_the_last_question_counts_and_not_the_first() -> None:
    history = (*LEAVE, Message("user", "Where do I report a lost laptop?"), Message("assistant", "At the desk."))
    assert rewrite("And after hours?", history) == "Where do I report a lost laptop? And after hours?"


def test_a_conversation_without_a_question_changes_nothing() -> None:
    assert rewrite("And then?", (Message("assistant", "Good morning!"),)) == "And then?"


def test_of_a_very_long_previous_turn_only_the_end_is_used() -> None:
    history = (Message("user", "padding " * 100_000 + "Where do I report a lost laptop?"),)
    query = rewrite("And after hours?", history)
    assert query.endswith("Where do I report a lost laptop? And after hours?")
    assert len(query) < 600
    assert query.split(" ", 1)[0] == "padding"


def test_a_long_turn_in_a_script_without_spaces_is_used_as_well() -> None:
    query = rewrite("And then?", (Message("user", "休暇" * 1000),))
    assert query.startswith("休暇休暇")
    assert len(query) < 600
