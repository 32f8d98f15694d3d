"""A sentence becomes the items by which it is laid beside another."""

from __future__ import annotations

import pytest

from app.grounding.compare.items import Items, read_items
from app.grounding.text.language import Language
from app.grounding.text.tokens import tokenise
from app.grounding.values.quantities import read_values


def items_of(text: str, language: Language = "en") -> Items:
    tokens = tokenise(text, 0, len(text), language)
    return read_items([token.lexeme for token in tokens], read_values(text, tokens, language))


def denied(text: str, language: Language = "en") -> list[str]:
    items = items_of(text, language)
    return [items.lexemes[place].folded for place in items.denied]


def test_the_lists_of_the_items_are_parallel() -> None:
    items = items_of("The gate does not open before 7 am on 5 March 2024.")
    lengths = {
        len(items)
        for items in (
            items.keys,
            items.firsts,
            items.lasts,
            items.values,
            items.contents,
        )
    }
    assert lengths == {len(items.keys)}
    assert all(first < last for first, last in zip(items.firsts, items.lasts, strict=True))
    assert items.lasts[-1] <= len(items.lexemes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The gate opens.", "The gates opened."),
        ("The colour was chosen.", "The color was chosen."),
        ("They travelled home.", "They traveled home."),
        ("It costs 1.5 million.", "It costs 1,500,000."),
        ("It is on 5 March 2024.", "It is on 2024-03-05."),
        ("It costs €50.", "It costs 50 euros."),
        ("The gate does not open.", "The gate doesn't open."),
    ],
)
def test_two_forms_of_a_sentence_have_the_same_items(one: str, other: str) -> None:
    left, right = (
        [key for key, content in zip(items.keys, items.contents, strict=True) if content]
        for items in (items_of(one), items_of(other))
    )
    assert left == right


def test_a_value_of_several_words_is_one_item() -> None:
    items = items_of("Rent rose to two hundred thousand euros.")
    (place,) = [place for place, value in enumerate(items.values) if value]
    covered = items.lexemes[items.firsts[place] : items.lasts[place]]
    assert [lexeme.folded for lexeme in covered] == ["two", "hundred", "thousand", "euros"]


def test_stop_words_are_items_without_content() -> None:
    items = items_of("the gate of the town")
    assert items.contents == (False, True, False, False, True)


@pytest.mark.parametrize(
    "text",
    [
        "The card is not only valid on trains.",
        "The card is not just valid on trains.",
        "Ask whether or not it is valid.",
        "Take the card and not the coin.",
        "It holds no more than five guests.",
        "It holds no fewer than five guests.",
        "See No. 7 of the rules.",
        "It is not necessarily valid.",
    ],
)
def test_a_negation_that_denies_nothing_is_lifted(text: str) -> None:
    assert denied(text) == []


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("Die Tür ist nicht offen", "de", "nicht"),
        ("Das Haus hat keine Fenster", "de", "keine"),
        ("Nunca cierran la puerta", "es", "nunca"),
    ],
)
def test_negations_are_known_in_other_languages(text: str, language: Language, word: str) -> None:
    assert denied(text, language) == [word]


def test_the_places_of_a_key_are_listed_from_last_to_first() -> None:
    items = items_of("gate by gate by gate")
    assert items.places()["gate"] == [4, 2, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The gate does not open.", ["not"]),
        ("The gate doesn't open and never shuts.", ["doesn't", "never"]),
        ("The gate can no longer open.", ["no"]),
        ("Neither the gate nor the door opens.", ["neither", "nor"]),
    ],
)
def test_the_places_of_denials_are_known(text: str, words: list[str]) -> None:
    assert denied(text) == words
