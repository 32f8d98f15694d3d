from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.contribution import Contribution
from evals.metrics.required import contains_any, find_required
from tests.unit.evals.responses import LEAVE, case_of, response_to

WORDS = st.sampled_from("27 €650 März days it's 2.25 keeping-in-touch".split())


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


@given(st.lists(WORDS, min_size=1, max_size=5), st.data())
def test_any_words_of_an_answer_in_their_order_are_a_token_of_it(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    assert contains_any(f"So: {'  '.join(words)}. [1]", [" ".join(words[first:last]).upper()])


@given(st.integers(0, 10**6), st.sampled_from(["0", "1.", "7,", "12:", "x"]), st.sampled_from(["3", ".5", ",000", "x"]))
def test_a_number_inside_of_another_is_no_token(number: int, before: str, after: str) -> None:
    assert contains_any(f"It is {number}.", [str(number)])
    assert not contains_any(f"It is {before}{number}.", [str(number)])
    assert not contains_any(f"It is {number}{after}.", [str(number)])


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
