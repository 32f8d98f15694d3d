"""Values are compared by what they are, not by how they are written."""

from __future__ import annotations

import pytest

from app.grounding import check

SAME = [
    ("1,500,000", "1.5 million"),
    ("1.5M", "1,500,000"),
    ("12k", "12,000"),
    ("31400", "31,400"),
    ("48 000", "48,000"),
    ("48\u202f000", "48000"),
    ("2.50", "2.5"),
    (".5", "0.5"),
    ("three", "3"),
    ("3", "three"),
    ("seven hundred and fifty", "750"),
    ("forty-two", "42"),
    ("two hundred thousand", "200,000"),
    ("a dozen", "12"),
    ("twice", "2 times"),
    ("3×", "3x"),
    ("−18", "-18"),
    ("-4", "minus 4"),
    ("1st", "first"),
    ("twenty-second", "22nd"),
    ("third", "3rd"),
    ("Chapter IV", "chapter 4"),
    ("No. 7", "number 7"),
    ("½", "one half"),
    ("50%", "half"),
    ("50%", "50 percent"),
    ("50 per cent", "fifty percent"),
    ("three quarters", "75%"),
    ("1/3", "one third"),
    ("14:00", "2 pm"),
    ("2 p.m.", "14:00"),
    ("3pm", "3:00 PM"),
    ("9:15 pm", "9:15"),
    ("noon", "12:00"),
    ("midnight", "12 am"),
    ("half past eleven", "11:30"),
    ("14 Uhr", "2 pm"),
    ("5 March 2024", "2024-03-05"),
    ("2024-03-05", "March 5, 2024"),
    ("March 5th, 2024", "the 5th of March 2024"),
    ("5 Mar 2024", "2024/3/5"),
    ("5. März 2024", "5 March 2024"),
    ("5 avril 2024", "5 April 2024"),
    ("2019-03", "March 2019"),
    ("Q3 2023", "the third quarter of 2023"),
    ("the second quarter", "Q2"),
    ("Q2", "the second quarter"),
    ("Monday–Friday", "Tuesday"),
    ("2024-03-05", "Tuesday"),
    ("the 1990s", "the 1990's"),
    ("€50", "50 euros"),
    ("50 euros", "EUR 50"),
    ("US$35", "35 dollars"),
    ("£175.00", "GBP 175"),
    ("$2.5 million", "$2,500,000"),
    ("75 cents", "$0.75"),
    ("5–10%", "5 percent to 10 percent"),
    ("32 GB", "32 gigabytes"),
    ("40kg", "40 kilograms"),
    ("25 mph", "25 miles per hour"),
    ("450 m²", "450 m2"),
    ("v2.1", "version 2.1"),
    ("1920×1080", "1920x1080"),
    ("period3", "3"),
    ("500,000", "half a million"),
    ("10<sup>6</sup>", "10⁶"),
    ("March 14 , 1958", "14 March 1958"),
    ("2.5", "two and a half"),
    ("+49 30 1234567", "030 123 45 67"),
    ("030/1234567", "+49 (0)30 123 4567"),
    ("v2.0", "version 2.0"),
    ("05", "5"),
]
DIFFERENT = [
    ("1,500,000", "1.6 million"),
    ("12k", "12,500"),
    ("three", "4"),
    ("thirty-two", "23"),
    ("first", "4th"),
    ("-4", "-5"),
    ("14:00", "3 pm"),
    ("2 pm", "2 am"),
    ("50%", "60 percent"),
    ("50%", "a third"),
    ("8 dollars", "8 euros"),
    ("$50", "50%"),
    ("Chapter IV", "Chapter 6"),
    ("1.2.3", "1.2.4"),
    ("0.1", "0.10000000000000001"),
    ("v2.0", "v2"),
    ("Python 3.10", "Python 3.1"),
    ("Python 3.1", "Python 3.10"),
    ("version 4.2", "version 4.20"),
    ("0815", "815"),
    ("815", "0815"),
    ("10⁶", "10⁵"),
    ("+49 30 1234567", "030 123 45 68"),
    ("1" * 60, "1" * 59 + "2"),
]
DIFFERENT_DATES = [
    ("5 March 2024", "6 March 2024"),
    ("5 March 2024", "5 April 2024"),
    ("5 March 2024", "2023-03-05"),
    ("2023-05-11 and 2024-03-05", "5 March 2023"),
    ("Q3 2023", "Q4 2023"),
    ("Monday", "Sunday"),
    ("2024-03-05", "Friday"),
    ("in March", "in April"),
]


@pytest.mark.parametrize(("context", "answer"), SAME)
def test_the_same_value_in_another_form_is_stated(context: str, answer: str) -> None:
    assert check(f"It is {answer}.", [f"It is {context} so."]).flags == ()


@pytest.mark.parametrize(("context", "answer"), DIFFERENT)
def test_another_value_is_flagged(context: str, answer: str) -> None:
    flags = check(f"It is {answer}.", [f"It is {context} so."]).flags
    assert {flag.reason for flag in flags} == {"number_absent"}


def test_another_value_in_the_same_place_is_a_contradiction() -> None:
    flags = check("The hall has 1.6 million bricks.", ["The hall has 1,500,000 bricks."]).flags
    assert [(flag.text, flag.reason) for flag in flags] == [("1.6 million", "number_mismatch")]


@pytest.mark.parametrize(("context", "answer"), DIFFERENT_DATES)
def test_another_date_is_flagged(context: str, answer: str) -> None:
    flags = check(f"It is {answer}.", [f"It is {context} so."]).flags
    assert {flag.reason for flag in flags} == {"date_absent"}


def test_a_date_may_be_stated_by_its_parts() -> None:
    assert check("The fair is on 5 March 2024.", ["Calendar of 2024", "The fair is on 5 March."]).supported


def test_the_day_and_month_of_another_year_do_not_state_a_date() -> None:
    contexts = ["The fair of 2024.", "The fair was on 5 March 2019."]
    assert [flag.text for flag in check("The fair is on 5 March 2024.", contexts).flags] == ["5 March 2024"]


def test_a_number_without_a_unit_states_money_and_percentages() -> None:
    table = "| Price in euros | Share in percent |\n|---|---|\n| 50 | 12 |"
    assert check("The price is €50, the share is 12%.", [table]).supported


def test_words_that_are_numbers_only_at_times_are_no_hard_claims() -> None:
    assert check("At first, one second is enough.", ["Enough seconds."]).flags[0].severity == "soft"


def test_a_decimal_comma_is_read_in_a_language_that_writes_it() -> None:
    context = "Der Beitrag ist 3,5 Prozent und die Summe ist 1.500 Euro für das Jahr."
    assert check("Der Beitrag ist 3.5 Prozent und die Summe ist 1500 Euro für das Jahr.", [context]).flags == ()
    assert check("Der Beitrag ist dann 35 Prozent und die Summe ist 1500 Euro.", [context]).flags != ()


def test_a_point_between_groups_is_read_only_in_a_language_that_writes_it() -> None:
    flags = check("The sum is 1500 euros for the year.", ["The sum is 1.500 euros for the year."]).flags
    assert [(flag.text, flag.reason) for flag in flags] == [("1500 euros", "number_mismatch")]


def test_numbers_in_words_do_not_run_together_over_a_comma() -> None:
    assert check("Take rooms 20 and 5.", ["Take rooms twenty, five."]).supported
    assert check("Take room 25.", ["Take rooms twenty, five."]).flags != ()
