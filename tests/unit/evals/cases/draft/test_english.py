from __future__ import annotations

import pytest

from tests.unit.evals.cases.draft.documents import proposals, questions


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("If you lose your badge, call the front desk.", "What should I do if I lose my badge?"),
        ("If you leave before March, the bonus is lost.", "What happens if I leave before March?"),
        ("If you want to book a car, open the calendar.", "How do I book a car?"),
        ("To request a locker, write to the front desk.", "How do I request a locker?"),
        ("You can reset your passphrase by calling the IT desk.", "How can I reset my passphrase?"),
        ("You may work from abroad for up to 20 days a year.", "May I work from abroad?"),
        ("You do not need to bring a computer.", "Do I need to bring a computer?"),
        ("You must return your badge within two days.", "How soon do I have to return my badge?"),
        ("Report the theft to the police within two days.", "How soon do I have to report the theft to the police?"),
        ("Request leave in the People portal.", "Where do I request leave?"),
        ("You can use the shared calendar to book a car.", "What can I use to book a car?"),
        ("Travel cards are used to pay for trains.", "What are travel cards used for?"),
        ("The default limit of a card is €300.", "What is the default limit of a card?"),
        ("Holiday requests are collected until 28 February.", "Until when are holiday requests collected?"),
        ("Contact the Travel team if you need a visa.", "Who should I contact if I need a visa?"),
        ("Every colleague has 25 days of leave a year.", "How many days of leave does every colleague have?"),
        ("You have five paid carer days in a calendar year.", "How many paid carer days do I have?"),
        ("The IT desk is open from 8 to 17 o'clock.", "When is the IT desk open?"),
        ("Expense claims are approved by the team lead.", "Who are expense claims approved by?"),
        ("Parking permits are kept at the front desk.", "Where are parking permits kept?"),
        ("The fourth floor is locked because servers are there.", "Why is the fourth floor locked?"),
        ("The entry deposit is €50 for everybody.", "How much is the entry deposit?"),
        ("Harrowmere is the headquarters of the company today.", "What is Harrowmere?"),
        ("Extra hours become time off in lieu (TOIL) for you.", "What does TOIL stand for?"),
    ],
)
def test_a_statement_becomes_the_question_that_it_answers(sentence: str, question: str) -> None:
    assert question in questions(
        f"# Rules\n\nWe book a car and expense it. {sentence} We talk about parking permits.\n"
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "If this happens, call the front desk.",
        "You can also do it there.",
        "It is open from 8 to 17 o'clock.",
        "They must return it within two days.",
        "The window is open from 1 to 30 November.",
        "You have to clean a big, dirty house.",
        "This is a rule that everybody knows well.",
        "See the page about travel for more information.",
        "Nobody may enter the lab after noon.",
        "You can share the page with your team.",
        "To learn more about leave, see the guide of the People team.",
        "If you need a new laptop, read the page about laptops.",
        "Sometimes chat is an option for the partners.",
    ],
)
def test_a_sentence_that_refers_to_another_one_makes_no_question(sentence: str) -> None:
    assert questions(f"# Rules\n\nWe talk first. {sentence} We talk again.\n") == []


def test_a_heading_that_says_how_becomes_a_question_with_the_steps_as_gold() -> None:
    text = (
        "# Laptops\n\n## Requesting a laptop\n\n1. Open the portal.\n2. Choose a laptop.\n\nRequesting takes a day.\n"
    )
    (made,) = [one for one in proposals(text) if one.template == "gerund heading"]
    assert made.question == "How do I request a laptop?"
    assert text[slice(*made.gold[0])] == "1. Open the portal.\n2. Choose a laptop."


def test_a_heading_of_a_section_that_does_not_say_how_makes_no_question() -> None:
    assert questions("# Laptops\n\n## Requesting a laptop\n\nLaptops were scarce when the company was young.\n") == []


def test_a_heading_that_asks_is_taken_as_it_is() -> None:
    text = "# Travel\n\n## How do I book a train?\n\nTrains are booked by the travel desk in second class.\n"
    assert "How do I book a train?" in questions(text)


MEALS = (
    "# Meals\n\nThe meal and the limit.\n\n"
    "| Meal | Limit |\n|---|---|\n| Breakfast | €12 |\n| Lunch | €18 |\n| Dinner | €30 |\n"
)


def test_a_table_is_asked_about_by_cell_by_its_highest_value_and_as_a_whole() -> None:
    assert questions(MEALS) == [
        "What is the limit for the Breakfast meal?",
        "What is the limit for the Lunch meal?",
        "What is the limit for the Dinner meal?",
        "Which meal has the highest limit?",
        "What is the limit for each meal?",
    ]
    *_, highest, whole = proposals(MEALS)
    assert highest.answer == "Dinner."
    assert MEALS[slice(*whole.gold[0])] == "| Breakfast | €12 |\n| Lunch | €18 |\n| Dinner | €30 |"


def test_a_table_with_columns_that_nobody_asks_for_makes_no_question() -> None:
    assert questions("# Feedback\n\n| Less like | More like |\n|---|---|\n| Fine | Your plan is clear |\n") == []
