from __future__ import annotations

import pytest

from evals.cases.leak import asks_whether, has_leak


@pytest.mark.parametrize(
    ("question", "answer", "quote"),
    [
        ("Who answers at the IT desk?", "The IT desk.", "The IT desk answers."),
        ("How do I request leave in the portal?", "", "Request leave in the portal."),
        ("When is the desk open from 8 to 17?", "From 8 to 17.", "The desk is open from 8 to 17."),
        ("May I work 20 days from abroad?", "Yes.", "You may work from abroad for 20 days."),
    ],
)
def test_a_question_that_has_its_answer_in_it_leaks(question: str, answer: str, quote: str) -> None:
    assert has_leak(question, answer, [quote])


@pytest.mark.parametrize(
    ("question", "answer", "quote"),
    [
        ("May I work from abroad?", "Yes.", "You may work from abroad."),
        ("What does the company put in if I pay 5 per cent?", "7 per cent.", "| If you pay 5 per cent | 7 per cent |"),
        ("How many days of leave are there?", "25.", "Everybody has 25 days of leave."),
        ("Darf ich den Laptop abholen?", "", "Sie dürfen den Laptop abholen."),
    ],
)
def test_a_question_without_its_answer_does_not_leak(question: str, answer: str, quote: str) -> None:
    assert not has_leak(question, answer, [quote])


def test_a_question_of_two_choices_does_not_ask_whether() -> None:
    assert asks_whether("Is lunch free?")
    assert asks_whether("I lost my badge. Do I have to pay?")
    assert not asks_whether("Is lunch free or paid?")
    assert not asks_whether("When is lunch?")
