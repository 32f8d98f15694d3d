"""Questions about a statement, from its words and headings."""

from __future__ import annotations

import random
import re

import pytest

from evals.distill.data.questions.english import ask_about, ask_by_topic, topics_of
from evals.distill.data.statements import Statement, read_statements
from tests.unit.evals.distill.data.passages import DESK, LEAVE, MEALS, corpus, passage

WORDS = corpus(LEAVE, DESK, MEALS, "the annual leave and the loss of a day")


def asked(statement: Statement, seeds: int = 40) -> set[str]:
    return {one.text for seed in range(seeds) for one in ask_about(statement, "Absences", WORDS, random.Random(seed))}


def test_a_question_never_has_the_number_that_it_asks_for() -> None:
    for statement in read_statements(passage(LEAVE)):
        questions = asked(statement)
        assert questions
        assert not any(re.search(r"\d|March", question) for question in questions)


def test_what_is_done_is_asked_for_as_a_reader_does() -> None:
    statement = next(one for one in read_statements(passage(LEAVE)) if one.asked.startswith("You must"))
    questions = asked(statement)
    assert any(re.search(r"\b(?:how do|can|do) I (?:have to |need to )?request leave", one, re.I) for one in questions)
    assert not any(re.search(r"\byou\b|\byour\b", one.removeprefix("What do you")) for one in questions)


def test_a_prohibition_is_asked_for_by_what_is_prohibited() -> None:
    (statement,) = read_statements(passage("Do not share your badge with a guest."))
    questions = asked(statement)
    assert any("share my badge" in question for question in questions)
    assert not any("not" in question.casefold().split() for question in questions)


def test_the_same_seed_asks_the_same() -> None:
    statement = read_statements(passage(LEAVE))[0]
    assert asked(statement, 3) == asked(statement, 3)


def test_a_row_is_asked_for_by_its_name_and_column() -> None:
    row = next(one for one in read_statements(passage(MEALS)) if one.label == "Breakfast")
    questions = asked(row)
    assert any("limit" in one.lower() and "breakfast" in one.lower() for one in questions)
    assert not any("12" in one for one in questions)


def test_a_heading_stands_for_the_only_statement_with_what_is_asked_for() -> None:
    statements = read_statements(passage(LEAVE, section=("Holidays",)))
    expires = next(one for one in statements if one.asked.startswith("Unused"))
    others = [one for one in statements if one.asked.startswith("You must")]
    found = ask_by_topic(expires, others, "Absences", WORDS, random.Random(1))
    assert found is not None
    assert found.template == "topic: time"
    assert re.search(r"holidays|absences", found.text, re.IGNORECASE)
    assert ask_by_topic(expires, [expires], "Absences", WORDS, random.Random(1)) is None


@pytest.mark.parametrize(
    ("sentence", "template"),
    [
        ("The finance team approves all bookings of trains and planes.", "words: person"),
        ("Reports on expenses are due within five days of the trip.", "words: time"),
        ("Old monitors are stored in the cellar of the annex.", "words: place"),
        ("Send complaints about noise to noise@example.com at once.", "words: contact"),
        ("We record meetings because some colleagues work at night.", "words: reason"),
        ("A retrospective is a meeting about the work of a sprint.", "words: definition"),
    ],
)
def test_who_when_where_how_and_why_are_asked_where_a_statement_says_it(sentence: str, template: str) -> None:
    (statement,) = read_statements(passage(sentence))
    found = {
        one.template
        for seed in range(60)
        for one in ask_about(statement, "Work", corpus(sentence), random.Random(seed))
    }
    assert template in found


def test_who_and_what_are_not_asked_for_a_word_that_may_be_about_them() -> None:
    text = "Some teams of the office are larger than others in size."
    (statement,) = read_statements(passage(text))
    found = {
        one.template for seed in range(60) for one in ask_about(statement, "Work", corpus(text), random.Random(seed))
    }
    assert found <= {"words: general", "words: none"}


def test_a_heading_that_is_a_question_is_no_topic() -> None:
    section = ("Travel", "What are my user roles?", "FAQ", "See also")
    assert topics_of(section, "Roles", corpus("their travel and roles")) == ["travel", "roles"]
