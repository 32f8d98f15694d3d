"""A reader's wording of a question."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.embedding import Embedder
from evals.distill.data.questions.synonyms import read_synonyms
from evals.distill.data.questions.wording import Wording
from tests.unit.evals.distill.data.passages import corpus


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


class Alike:
    """An embedder to which all words of the same first letter are alike."""

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        letters = np.eye(26, dtype=np.float32)[[ord(text[0]) - ord("a") for text in texts]]
        return np.hstack([letters, 0.1 * np.eye(len(texts), dtype=np.float32)])


def test_function_words_units_frames_and_other_forms_of_a_word_stay() -> None:
    words = ["travel", "travels", "trip", "their", "these", "days", "dates", "phone", "price"]
    known = replace(corpus(" ".join(words)), chunks_with=dict.fromkeys(words, 5))
    assert read_synonyms(known, cast(Embedder, Alike()), {"phone"}) == {
        "travel": ("trip",),
        "travels": ("trip",),
        "trip": ("travel", "travels"),
    }
