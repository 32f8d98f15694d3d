"""Questions about a statement, from its words and headings."""

from __future__ import annotations

import random
import re

from evals.distill.data.questions.english import ask_about, ask_by_topic
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
