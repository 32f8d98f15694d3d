"""A question in a conversation is searched for together with what it may refer to."""

from __future__ import annotations

import time

import pytest

from app.answer.question.query import Query
from app.answer.question.rewrite import has_open_reference, is_correction, is_follow_up, rewrite
from core.types import Message

LEAVE = (
    Message("user", "How many days of annual leave do I have?"),
    Message("assistant", "You have 25 days of tungsten [1]."),
)
STANDALONE = "Who has to approve an expense claim above 500 EUR?"


def test_without_a_conversation_the_question_alone_is_searched_for() -> None:
    question = "And for part-time colleagues?"
    assert rewrite(question, ()) == Query.of(question)
    assert rewrite(question, (Message("assistant", "Good morning!"),)) == Query.of(question)


@pytest.mark.parametrize(
    "question",
    [
        "And for part-time colleagues who work three days a week?",
        "What about colleagues who started in the middle of the year?",
        "Can I move them into the year that follows?",
        "Ok, and on Friday?",
        "What does its docking station cost?",
        "How long?",
        "In writing?",
        "No, I meant 2023",
        "Not documents, attachments",
        "Und wie ist das bei Kolleginnen in Teilzeit geregelt?",
        "Was kostet dieser?",
        "Et pour les stagiaires ?",
        "¿Y los empleados?",
    ],
)
def test_a_question_that_depends_on_the_one_before_it_is_a_follow_up(question: str) -> None:
    assert is_follow_up(question)
    assert rewrite(question, LEAVE).text == f"{LEAVE[0].content} {question}"


@pytest.mark.parametrize(
    "question",
    [
        STANDALONE,
        "Is there more information on warranty?",
        "What do I do when it rains into the office?",
        "If my laptop breaks at home, who repairs it?",
        "why has my company card been suspended",
        "until when does my badge work at Harrowmere on weekdays?",
        "Is it possible to build a dialog skill in another language than English?",
        "what does it cost to charge my electric car?",
        "Wie viele Urlaubstage habe ich im Jahr?",
    ],
)
def test_a_question_that_names_its_topic_is_none(question: str) -> None:
    assert not is_follow_up(question)
    assert rewrite(question, LEAVE).text == question


def test_the_conversation_weighs_less_than_the_question_and_less_for_a_question_that_needs_none() -> None:
    follow_up, standalone = rewrite("And for contractors?", LEAVE), rewrite(STANDALONE, LEAVE)
    for query in (follow_up, standalone):
        question, *earlier = query.parts
        assert (question.meaning, question.words) == (1.0, 1.0)
        assert all(part.meaning < 0.5 and part.words < 0.5 for part in earlier)
    assert standalone.parts[1].meaning < follow_up.parts[1].meaning / 2


def test_of_an_answer_only_the_words_count() -> None:
    (answer,) = [part for part in rewrite("Why?", LEAVE).parts if "tungsten" in part.text]
    assert answer.meaning == 0.0
    assert 0.0 < answer.words < 0.5


def test_older_turns_weigh_less() -> None:
    history = (*LEAVE, Message("user", "Where do I report a lost laptop?"), Message("assistant", "At the desk."))
    query = rewrite("And after hours?", history)
    _, laptop, leave, desk, days = query.parts
    assert (laptop.text, leave.text) == ("Where do I report a lost laptop?", LEAVE[0].content)
    assert laptop.meaning > leave.meaning > 0
    assert desk.words > days.words > 0
    assert query.text == "Where do I report a lost laptop? And after hours?"


def test_small_talk_is_no_topic() -> None:
    history = (*LEAVE, Message("user", "Thanks!"), Message("assistant", "You're welcome!"))
    assert rewrite("And for contractors?", history).text == f"{LEAVE[0].content} And for contractors?"


def test_only_the_last_turns_are_used() -> None:
    history = tuple(Message(role, f"{role} {number}") for number in range(20) for role in ("user", "assistant"))
    parts = [part.text for part in rewrite("And then?", history).parts]
    assert parts[1:5] == ["user 19", "user 18", "user 17", "user 16"]
    assert parts[5:] == ["assistant 19", "assistant 18", "assistant 17"]


@pytest.mark.parametrize(
    ("before", "question", "left"),
    [
        ("What does a permit cost in 2022?", "No, I meant 2023", "What does a permit cost in ?"),
        ("May I work from home on Mondays?", "What about Friday?", "May I work from home on ?"),
        ("Is the office open in December?", "And in January?", "Is the office open in ?"),
        ("What does a permit cost in 2022?", "And for employees?", "What does a permit cost in 2022?"),
    ],
)
def test_a_value_replaces_the_earlier_one_of_its_kind(before: str, question: str, left: str) -> None:
    assert rewrite(question, (Message("user", before),)).parts[1].text == left


def test_a_correction_weighs_as_much_as_the_question_that_it_corrects() -> None:
    query = rewrite("No, I meant 2023", (Message("user", "What does a permit cost in 2022?"),))
    assert (query.parts[0].text, query.parts[1].meaning) == ("2023", 1.0)


@pytest.mark.parametrize(
    ("turn", "corrects"),
    [
        ("No, I meant 2023", True),
        ("Sorry, I mean employees", True),
        ("nein, ich meinte 2023", True),
        ("I meant", False),
        ("I meant the issues that may arise when installing it with CocoaPods.", False),
        ("No parking?", False),
    ],
)
def test_a_correction_only_replaces_a_value(turn: str, corrects: bool) -> None:
    assert is_correction(turn) == corrects


def test_of_a_very_long_previous_turn_only_the_end_is_used() -> None:
    history = (Message("user", "padding " * 100_000 + "Where do I report a lost laptop?"),)
    text = rewrite("And after hours?", history).text
    assert text.endswith("Where do I report a lost laptop? And after hours?")
    assert len(text) < 600
    assert text.split(" ", 1)[0] == "padding"


def test_a_long_turn_in_a_script_without_spaces_is_used_as_well() -> None:
    text = rewrite("And then?", (Message("user", "休暇" * 1000),)).text
    assert text.startswith("休暇休暇")
    assert len(text) < 600


def test_a_choice_of_a_clarification_is_searched_for_with_the_question_that_it_answers() -> None:
    asked = "Which of these is it?\n\n- Reset: Passphrases\n- Reset: Phones"
    history = (Message("user", "How do I reset it?"), Message("assistant", asked))
    query = rewrite("Reset: Phones", history)
    assert (query.text, query.certain) == ("How do I reset it? Reset: Phones", True)
    assert [part.text for part in query.parts] == ["Reset: Phones", "How do I reset it?"]


def test_a_long_question_is_read_in_time_that_grows_with_its_length() -> None:
    began = time.process_time()
    assert not has_open_reference("printer toner " + "it " * 2600)
    assert time.process_time() - began < 10.0
