from __future__ import annotations

import pytest

from evals.external.spans import exact_match, token_f1


@pytest.mark.parametrize("answer", ["the Honey.", "HONEY", " a honey "])
def test_case_punctuation_and_articles_do_not_count(answer: str) -> None:
    assert exact_match(answer, ("honey",)) == 1.0


def test_the_best_of_several_answers_counts() -> None:
    assert token_f1("sweet honey", ("wax", "the sweet honey")) == 1.0
    assert token_f1("bees make honey", ("honey",)) == pytest.approx(0.5)


def test_no_answer_is_right_for_a_question_without_one_and_for_no_other() -> None:
    assert (exact_match("", ()), token_f1("", ())) == (1.0, 1.0)
    assert (exact_match("honey", ()), token_f1("honey", ())) == (0.0, 0.0)
    assert (exact_match("", ("honey",)), token_f1("", ("honey",))) == (0.0, 0.0)


def test_repeated_words_count_as_often_as_they_are_there() -> None:
    assert token_f1("new york new york", ("new york",)) == pytest.approx(2 * 2 / 6)
