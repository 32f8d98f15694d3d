from __future__ import annotations

import pytest

from evals.metrics.contribution import Contribution
from evals.metrics.required import contains_any, find_required
from tests.unit.evals.responses import LEAVE, case_of, response_to


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        ("You get 27 days.", "27"),
        ("The fee is €650, paid once.", "€650"),
        ("The fee is €1,200.", "€1,200"),
        ("Ask the PEOPLE\n  team.", "People team"),
        ("| Under 3 years | **27** |", "27"),
        ("a keeping‑in‑touch day", "keeping-in-touch"),
        ("“People’s choice”", "People's"),
        ("Am 31. März", "31. märz"),
        ("It is 5.", "5"),
        ("5 per cent", "5 per cent"),
    ],
)
def test_a_token_is_found_as_whole_words_whatever_case_and_layout(answer: str, token: str) -> None:
    assert contains_any(answer, [token])


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        ("You get 127 days.", "27"),
        ("In 2027.", "27"),
        ("You earn 27.5 days.", "27"),
        ("You earn 2.27 days.", "27"),
        ("The fee is €1,200.", "200"),
        ("At 10:30.", "30"),
        ("A dayshift.", "day"),
        ("| June | Thursday 25 | December | Friday 18 |", "25 December"),
        ("", "27"),
    ],
)
def test_a_part_of_a_word_or_number_is_no_token(answer: str, token: str) -> None:
    assert not contains_any(answer, [token])


def test_one_of_the_alternatives_is_enough() -> None:
    assert contains_any("Probation lasts six months.", ["6 months", "six months"])


def test_required_tokens_are_pooled_and_all_of_them_make_an_answer() -> None:
    case = case_of(LEAVE, required=[["€650"], ["six months", "6 months"], ["home office"]])
    two = find_required(response_to(case, content="€650 [1], within 6 months."))
    three = find_required(response_to(case, content="€650 for the home office, within 6 months."))
    assert two == {"required tokens": Contribution(2, 3), "answers with all required tokens": Contribution(0.0)}
    assert three == {"required tokens": Contribution(3, 3), "answers with all required tokens": Contribution(1.0)}


def test_one_forbidden_token_is_enough() -> None:
    case = case_of(LEAVE, forbidden=["€400", "30 days"])
    assert find_required(response_to(case, content="It is €400.")) == {
        "answers with a forbidden token": Contribution(1.0)
    }
    assert find_required(response_to(case, content="It is €650."))["answers with a forbidden token"] == Contribution(0)


def test_the_number_of_a_citation_is_no_token() -> None:
    case = case_of(LEAVE, required=[["2"]])
    assert find_required(response_to(case, content="Several days. [2]"))["required tokens"] == Contribution(0, 1)


def test_a_refusal_has_neither_required_nor_forbidden_tokens() -> None:
    case = case_of(LEAVE, required=[["People team"]], forbidden=["manager"])
    assert find_required(response_to(case, content="Ask your manager or the People team.", refused=True)) == {
        "required tokens": Contribution(0, 1),
        "answers with all required tokens": Contribution(0.0),
        "answers with a forbidden token": Contribution(0.0),
    }


def test_a_case_without_tokens_contributes_nothing() -> None:
    assert find_required(response_to(case_of(LEAVE))) == {}
