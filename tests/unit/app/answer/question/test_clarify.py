"""A question that names no topic is recognised, and the documents give the choices."""

from __future__ import annotations

import pytest

from app.answer.question.clarify import choose_places, lacks_topic
from app.answer.types import Passage
from core.index import Bm25Encoder
from core.types import Chunk

SPARSE = Bm25Encoder("english")


def passage(title: str, heading: str, text: str, score: float = 0.5) -> Passage:
    name = title.casefold().replace(" ", "-") + ".md"
    chunk = Chunk(name, title, "team", "hash", 0, text, 0, len(text), section=(title, heading) if heading else (title,))
    return Passage(1, chunk, score)


PASSPHRASE = passage("Passwords", "Passphrases", "Reset your passphrase at the desk.", 0.6)
PHONE = passage("Phones", "Repairs", "Hold both buttons to reset the phone.", 0.4)
SENSOR = passage("Sensors", "", "Support can reset a sensor remotely.", 0.5)
LEAVE = passage("Annual leave", "Booking", "Book your holiday in the calendar.", 0.9)
RESET = "How do I reset it?"


@pytest.mark.parametrize(
    "question",
    [
        RESET,
        "what is the limit?",
        "Who do I ask?",
        "how do I apply?",
        "how much is it?",
        "how many do I get?",
        "when is it due?",
        "What are the exceptions?",
        "how do I get access?",
        "Who is responsible?",
        "can I get more?",
        "Was ist das Limit?",
        "Quelle est la limite ?",
        "¿Cuál es el límite?",
    ],
)
def test_a_question_without_a_topic_is_recognised(question: str) -> None:
    assert lacks_topic(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "?",
        "limit",
        "VPN",
        "parking permits",
        "How do I reset my passphrase?",
        "what is the limit for dinner?",
        "What is probation?",
        "what does PII mean?",
        "What is the VPN?",
        "How do I use Slack?",
        "How do I use it in Slack?",
        "where is E-1207?",
        "Who is my supervisor?",
        "what can you do?",
        "why?",
        "Wie viele Urlaubstage habe ich?",
    ],
)
def test_a_question_with_a_topic_and_one_about_the_service_are_not(question: str) -> None:
    assert not lacks_topic(question)


def test_the_choices_are_the_places_that_have_the_word_with_the_most_relevant_first() -> None:
    assert choose_places(RESET, [PHONE, LEAVE, PASSPHRASE, SENSOR], SPARSE) == (
        "Reset: Passphrases (Passwords)",
        "Reset: Sensors",
        "Reset: Repairs (Phones)",
    )


def test_a_heading_that_says_what_was_asked_is_a_choice_by_itself() -> None:
    places = [passage("Passwords", "Resetting", "Reset it."), passage("Phones", "`Reset` { #reset }", "Reset it.")]
    assert choose_places(RESET, places, SPARSE) == ("Resetting (Passwords)", "Reset (Phones)")


def test_places_of_one_document_are_distinguished_by_their_headings() -> None:
    places = [passage("Passwords", heading, "Reset it.") for heading in ("Passphrases", "Tokens", "Tokens")]
    assert choose_places(RESET, places, SPARSE) == ("Reset: Passphrases (Passwords)", "Reset: Tokens (Passwords)")


def test_there_are_four_choices_at_most() -> None:
    places = [passage(f"Page {number}", "", "Reset it.") for number in range(9)]
    assert len(choose_places(RESET, places, SPARSE)) == 4


@pytest.mark.parametrize(
    "passages",
    [
        [],
        [PASSPHRASE],
        [PASSPHRASE, LEAVE],
        [PASSPHRASE, passage("Phones", "", "Reset the phone.", 0.01)],
    ],
)
def test_there_is_nothing_to_choose_from_fewer_than_two_places(passages: list[Passage]) -> None:
    assert choose_places(RESET, passages, SPARSE) == ()


def test_a_word_in_the_title_of_one_document_is_the_topic() -> None:
    limits = [passage("Limits", "", "The limit is 30 EUR."), passage("Expenses", "Meals", "A limit of 18 EUR.")]
    assert choose_places("What is the limit?", limits, SPARSE) == ()


def test_without_a_content_word_the_best_places_are_offered() -> None:
    choices = choose_places("How much is it?", [PASSPHRASE, PHONE], SPARSE)
    assert choices == ("How much: Passphrases (Passwords)", "How much: Repairs (Phones)")


def test_a_long_heading_is_cut_between_words() -> None:
    long = passage("Passwords", "word " * 100, "Reset it.")
    first, _ = choose_places(RESET, [long, PHONE], SPARSE)
    assert first.startswith("Reset: word word")
    assert "word… (Passwords)" in first
    assert len(first) < 120
