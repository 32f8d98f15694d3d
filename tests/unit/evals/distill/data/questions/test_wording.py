"""A reader's wording of a question."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from evals.distill.data.questions.wording import Wording


def test_words_are_replaced_by_others_of_the_documents() -> None:
    wording = Wording({"physician": ("doctor",)})
    worded = {wording.reworded("Which physician signs?", random.Random(seed)).lower().rstrip("?") for seed in range(40)}
    assert any("doctor" in one for one in worded)
    assert any("physician" in one for one in worded)


def test_the_same_seed_words_alike() -> None:
    wording = Wording({"leave": ("absence", "holiday")})
    question = "How do I request leave for a colleague?"
    assert wording.reworded(question, random.Random(7)) == wording.reworded(question, random.Random(7))


@given(st.text(min_size=1, max_size=80), st.integers(0, 1000))
def test_every_question_can_be_worded(question: str, seed: int) -> None:
    assert isinstance(Wording({}).reworded(question, random.Random(seed)), str)
