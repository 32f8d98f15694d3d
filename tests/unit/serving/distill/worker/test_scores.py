"""What a generated answer is worth."""

from __future__ import annotations

import pytest

from serving.distill.worker.scores import Answer, f1, markers, score

REFUSAL = "I could not find this."
RIGHT = "Leave lasts 16 weeks. [2]"


def scored(wanted: str, given: str, *, ended: bool = True) -> float:
    return score([wanted], [Answer(0, given, ended)], {REFUSAL}).score


def test_the_wanted_answer_is_worth_all_and_another_text_nothing() -> None:
    assert scored(RIGHT, RIGHT) == 1
    assert scored(RIGHT, "Nobody knows. [1]") == 0


def test_the_right_words_with_another_citation_are_worth_half() -> None:
    assert scored(RIGHT, "Leave lasts 16 weeks. [1]") == 0.5


def test_an_answer_without_an_end_is_worth_nothing() -> None:
    assert scored(RIGHT, RIGHT, ended=False) == 0


def test_a_refusal_must_be_the_wanted_one_word_for_word() -> None:
    assert scored(REFUSAL, f" {REFUSAL}\n") == 1
    assert scored(REFUSAL, "I could not find that.") == 0


def test_shares_are_of_the_answers_of_their_kind() -> None:
    wanted = [RIGHT, RIGHT, REFUSAL, REFUSAL]
    given = [RIGHT, REFUSAL, REFUSAL, RIGHT]
    found = score(wanted, [Answer(n, text, n != 1) for n, text in enumerate(given)], {REFUSAL})
    assert (found.cited, found.refused, found.overrefused, found.loops) == (0.5, 0.5, 0.5, 0.25)
    assert found.score == pytest.approx(0.5)
    assert found.error == pytest.approx(0.25)


def test_a_kind_that_is_not_there_has_no_share() -> None:
    found = score([RIGHT], [Answer(0, RIGHT, True)], {REFUSAL})
    assert found.refused is None
    assert found.to_dict()["refused"] is None


def test_words_are_compared_without_case_markers_and_punctuation() -> None:
    assert f1("Leave lasts 16 weeks. [2]", "leave lasts 16 WEEKS") == 1
    assert f1("a b", "a c") == 0.5
    assert f1("a a", "a") == pytest.approx(2 / 3)
    assert f1("", "") == 1
    assert f1("a", "") == 0


def test_citations_are_compared_as_sets() -> None:
    assert markers("x [1] y [2] [1]") == markers("[2][1]") == {"1", "2"}
