from __future__ import annotations

import pytest

from app.grounding.compare.index import ContextIndex
from app.grounding.support import count_words, read_support, supporting_spans

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


# Where in a context a sentence is supported

SENTENCES = ((13, 64), (65, 97))
"""Where the two sentences of the first context are."""


def at(
    text: str, least: float = 0.3, index: ContextIndex = INDEX, spans: tuple[tuple[int, int], ...] = SENTENCES
) -> list[int]:
    return supporting_spans(text, index, "What applies?", 0, spans, least=least)


def test_the_span_that_has_what_a_sentence_says_supports_it() -> None:
    assert [INDEX.contexts[0][start:end][:6] for start, end in SENTENCES] == ["Every ", "Unused"]
    assert at("Colleagues have 25 days a year.") == [0]
    assert at("What is unused expires on 31 March.") == [1]


def test_a_sentence_that_takes_two_spans_has_both_the_one_with_more_first() -> None:
    assert at("Every colleague has 25 days of annual leave, which expire unused on 31 March.") == [0, 1]


def test_a_sentence_with_little_in_common_has_no_span() -> None:
    assert at("Giraffes live in Kenya, Tanzania and Uganda, and eat for sixteen hours of every day.") == []
    assert at("Unused tickets for the railway expire in the night.", least=0.9) == []
    assert at("Hello! How can I help you?") == []


def test_a_wrong_sentence_is_about_the_span_that_it_contradicts() -> None:
    assert at("Every colleague has 77 days of annual leave a year.") == [0]


def test_a_sentence_in_another_language_has_no_span() -> None:
    assert at("Alle Kollegen haben 25 Tage Urlaub im Jahr, und das ist so.") == []


def test_spans_of_scripts_without_blanks_are_found_by_pairs_of_characters() -> None:
    index = ContextIndex.build(["昼食は18ユーロまで支払われます。従業員は年間25日の有給休暇があります。"])
    assert at("有給休暇は年間25日です。", index=index, spans=((0, 17), (17, 37))) == [1]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Unused days expire on 31 March.", (4, 4)),
        ("Unused days expire on 30 April.", (3, 4)),
        ("Giraffes live in Kenya.", (0, 3)),
        ("Lunch costs 18 EUR. Lunch is paid.", (5, 5)),
        ("Lunch is paid. How much is dinner?", (2, 2)),
    ],
)
def test_words_and_values_of_a_whole_answer_are_counted_once_a_sentence(text: str, counts: tuple[int, int]) -> None:
    assert count_words(text, INDEX) == counts


@pytest.mark.parametrize("text", ["", "How much is dinner?", "Nicht genommene Urlaubstage verfallen am 31. März."])
def test_where_nothing_is_claimed_or_comparable_no_words_are_counted(text: str) -> None:
    assert count_words(text, INDEX) is None
