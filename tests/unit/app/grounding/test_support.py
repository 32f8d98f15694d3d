from __future__ import annotations

import pytest

from app.grounding.compare.index import ContextIndex
from app.grounding.support import read_support

INDEX = ContextIndex.build(
    [
        "Annual leave\nEvery colleague has 25 days of annual leave a year. Unused days expire on 31 March.",
        "Travel\nLunch is paid up to 18 EUR. Hotels cost at most 120 EUR a night.",
    ]
)


def shares(text: str, index: ContextIndex = INDEX) -> list[float]:
    support = read_support(text, index, "What applies?")
    return [round(support.share((position,)), 2) for position in range(len(index.contexts))]


def test_a_context_that_says_all_of_a_sentence_has_the_share_one() -> None:
    assert shares("Every colleague has 25 days of annual leave a year.") == [1.0, 0.0]
    assert read_support("Lunch is paid up to 18 EUR.", INDEX).best() == 1


def test_contexts_that_say_a_part_each_say_it_together() -> None:
    support = read_support("Unused days expire on 31 March, and lunch is paid up to 18 EUR.", INDEX)
    first = support.best()
    assert first is not None
    second = support.best((first,))
    assert second is not None
    assert {first, second} == {0, 1}
    assert support.share((0,)) < 0.7
    assert support.share((0, 1)) > 0.95
    assert support.best((0, 1)) is None


@pytest.mark.parametrize("text", ["Every colleague has 77 days of annual leave a year.", "Giraffes live in Kenya."])
def test_a_sentence_that_is_not_supported_is_had_by_no_context(text: str) -> None:
    assert read_support(text, INDEX).claims
    assert shares(text) == [0.0, 0.0]


def test_a_number_is_found_in_any_form() -> None:
    assert shares("Every colleague has twenty-five days of annual leave a year.")[0] > 0.9


@pytest.mark.parametrize(
    "text", ["Hello! How can I help you?", "Yes.", "The documents do not say whether pets are allowed.", "", "***"]
)
def test_some_texts_claim_nothing(text: str) -> None:
    assert not read_support(text, INDEX).claims


def test_words_of_the_question_are_no_claims() -> None:
    asked = read_support("Wilhelmina has 25 days of annual leave a year.", INDEX, "How much leave has Wilhelmina?")
    assert asked.share((0,)) == 1.0


def test_a_text_in_another_language_than_the_contexts_cannot_be_compared() -> None:
    assert not read_support("Alle Kollegen haben 25 Tage Urlaub im Jahr, und das ist so.", INDEX).is_comparable


def test_scripts_without_blanks_are_compared_by_pairs_of_characters() -> None:
    index = ContextIndex.build(["従業員は年間25日の有給休暇があります。", "昼食は18ユーロまで支払われます。"])
    assert shares("有給休暇は年間25日です。", index) == [1.0, 0.0]


def test_without_contexts_nothing_is_supported() -> None:
    support = read_support("Every colleague has 25 days.", ContextIndex.build([]))
    assert (support.best(), support.share(())) == (None, 0.0)
