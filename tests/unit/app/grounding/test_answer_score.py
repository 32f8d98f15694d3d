"""The score of a whole answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grounding import AnswerStream, ContextIndex, check
from app.grounding.report import SentenceScore
from app.grounding.score.answer import answer_score
from app.grounding.stream import report_on
from testing.properties import tried

examples = tried(50)
CONTEXT = (
    "Full-time staff get 25 days of leave per year. Unused days expire on 31 March 2025. Requests go to the People "
    "team in Lisbon through the portal. Contractors may not use the fitness room."
)
RIGHT = "The staff get 25 days of leave. Their requests go to the People team through the portal."
WRONG = "The canteen serves vegetarian lunches to every visitor of the Madrid office."
INDEX = ContextIndex.build([CONTEXT])


def scored(*scores: float) -> list[SentenceScore]:
    return [SentenceScore(20 * place, 20 * place + 20, score, supported=True) for place, score in enumerate(scores)]


@pytest.mark.parametrize(
    "answer", ["The documents do not mention parental leave.", "I do not know.", "Hello! How can I help you?"]
)
def test_an_answer_that_claims_nothing_has_half_of_the_score(answer: str) -> None:
    assert check(answer, INDEX).score == 0.5


@pytest.mark.parametrize("answer", ["", " \n"])
def test_an_empty_answer_has_the_full_score(answer: str) -> None:
    assert check(answer, INDEX).score == 1.0


def test_an_answer_copied_from_a_context_has_the_full_score() -> None:
    assert check("Contractors may not use the fitness room.", INDEX).score == 1.0


def test_one_wrong_sentence_among_right_ones_lowers_the_score_less_than_nothing_but_wrong_ones() -> None:
    right, mixed, wrong = (check(answer, INDEX).score for answer in (RIGHT, f"{RIGHT} {WRONG}", WRONG))
    assert wrong < mixed < right


def test_a_refusal_does_not_hide_a_wrong_sentence() -> None:
    assert check(f"The documents do not mention lunches. {WRONG}", INDEX).score == pytest.approx(
        check(WRONG, INDEX).score
    )


@pytest.mark.parametrize("answer", ["No, " * 30, "The staff get leave. " * 20, "25 days " * 12])
def test_an_answer_in_a_loop_has_a_low_score(answer: str) -> None:
    assert check(answer, INDEX).score < 0.1


def test_a_long_answer_repeats_its_words_without_being_in_a_loop() -> None:
    assert check(" ".join([RIGHT, CONTEXT, RIGHT]), INDEX).score > 0.5


def test_a_better_sentence_never_lowers_the_score() -> None:
    for low, high in ((0.1, 0.2), (0.5, 0.6), (0.9, 0.95)):
        assert answer_score(scored(0.3, low), claims=True) <= answer_score(scored(0.3, high), claims=True)


@examples
@given(st.lists(st.sampled_from([*CONTEXT.split(". "), *RIGHT.split(". "), WRONG, "I do not know"]), max_size=6))
def test_a_stream_has_the_score_of_the_whole_answer(sentences: list[str]) -> None:
    answer = " ".join(f"{sentence.rstrip('.')}." for sentence in sentences)
    stream = AnswerStream(INDEX)
    checked = [*(one for letter in answer for one in stream.feed(letter)), *stream.finish()]
    assert report_on(checked).score == pytest.approx(check(answer, INDEX).score)
