from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.generated.degenerate import find_loop

SENTENCE = "You can ask the People team for more days of leave in the portal."


@pytest.mark.parametrize(
    "answer",
    [
        " ".join([SENTENCE] * 4),
        "\n".join([f"- {SENTENCE}"] * 4),
        f"{SENTENCE} " + "and then the next day " * 12,
        "Yes" + "." * 250,
    ],
)
def test_a_whole_answer_that_repeats_itself_is_a_loop(answer: str) -> None:
    assert find_loop(answer) is not None


@pytest.mark.parametrize("answer", ["", SENTENCE, f"{SENTENCE} [1] {SENTENCE} [2]", "- yes\n- yes\n- no\n- yes"])
def test_a_sentence_or_two_of_the_same_are_no_loop(answer: str) -> None:
    assert find_loop(answer) is None


@given(st.lists(st.integers(0, 10**6), unique=True, min_size=1, max_size=20))
def test_sentences_that_differ_are_no_loop(numbers: list[int]) -> None:
    words = [str(number).translate(str.maketrans("0123456789", "abcdefghij")) for number in numbers]
    assert find_loop(" ".join(f"{word.capitalize()} was {word}." for word in words)) is None
