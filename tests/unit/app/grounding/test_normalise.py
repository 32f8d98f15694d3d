"""Normalisation with a map back."""

from __future__ import annotations

import pytest

from app.grounding.text.normalise import normalise, without_accents


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("plain", "plain"),
        ("cafe\u0301", "café"),
        ("oﬃce", "office"),
        ("４７１２", "4712"),
        ("lake\u200bside", "lakeside"),
        ("photo\u00adsynthesis", "photosynthesis"),
        ("“it’s”", '"it\'s"'),
        ("a‑b − c", "a-b - c"),
        ("Bondrex™", "Bondrex"),
        ("48\u202f000", "48\u00a0000"),
        ("2½", "2½"),
        ("m²", "m²"),
        ("m<sup>2</sup>", "m²"),
        ("<\u0338", "≮"),
        ("3×", "3x"),
        (r"max\_size", "max_size"),
        (r"C:\temp", r"C:\temp"),
        ("ｶﾞ", "ガ"),
        ("\u1112\u1161\u11ab", "한"),
        ("…", "..."),
    ],
)
def test_text_becomes_comparable(original: str, text: str) -> None:
    assert normalise(original).text == text


def test_a_ligature_maps_to_its_one_character() -> None:
    normalised = normalise("oﬃce")
    assert normalised.original_span(0, 6) == (0, 4)
    assert normalised.original_span(2, 3) == (1, 2)


def test_a_composed_letter_maps_to_its_letter_and_mark() -> None:
    assert normalise("cafe\u0301 x").original_span(3, 4) == (3, 5)


def test_characters_after_an_invisible_one_keep_their_place() -> None:
    assert normalise("a\u200b\u200bb").original_span(1, 2) == (3, 4)


def test_accents_go_and_letters_stay() -> None:
    assert without_accents("Zürich") == "Zurich"
    assert without_accents("naïve") == "naive"
    assert without_accents("plain") == "plain"


def test_more_marks_than_the_stream_safe_format_allows_are_kept() -> None:
    text = "e" + "\u0301" * 100
    normalised = normalise(text)
    assert normalised.original_span(0, len(normalised.text)) == (0, 101)
