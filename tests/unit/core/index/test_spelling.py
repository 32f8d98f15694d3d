"""Words by their spelling."""

from __future__ import annotations

import math

from core.index.spelling import spelled_words, spelling_vector


def overlap(one: str, other: str) -> float:
    """Return the dot product of two spelling vectors."""
    first, second = spelling_vector(one), spelling_vector(other)
    weights = dict(zip(first.indices, first.values, strict=True))
    return sum(weights.get(token, 0.0) * value for token, value in zip(second.indices, second.values, strict=True))


def test_words_of_four_letters_and_more_are_collected_once_in_lower_case() -> None:
    assert spelled_words(["Annual leave: the Leave policy", "annual"]) == {"annual", "leave", "policy"}


def test_words_of_other_alphabets_are_collected_and_identifiers_are_not() -> None:
    assert spelled_words(["Überstunden отпуск άδεια", "E1207 max_tokens 2024 v2beta"]) == {
        "überstunden", "отпуск", "άδεια",
    }  # fmt: skip


def test_scripts_without_spaces_and_endless_words_are_left_out() -> None:
    assert spelled_words(["年次有給休暇の日数", "a" * 31]) == set()


def test_a_vector_has_length_1_and_does_not_depend_on_case() -> None:
    vector = spelling_vector("Annual")
    assert vector == spelling_vector("annual")
    assert math.isclose(sum(value * value for value in vector.values), 1.0)


def test_a_misspelled_word_is_nearer_to_the_one_that_was_meant() -> None:
    assert overlap("anual", "annual") > overlap("anual", "manual") > overlap("anual", "leave")
