"""Words that mean the same share a key."""

from __future__ import annotations

import pytest

from app.grounding import check
from app.grounding.text.lexemes import PIECES
from app.grounding.text.words import word_keys

SAME = [
    ("request", "requests"),
    ("approving", "approved"),
    ("mouse", "mice"),
    ("chosen", "chose"),
    ("decide", "decision"),
    ("admit", "admission"),
    ("payment", "paid"),
    ("slow", "slowly"),
    ("colour", "color"),
    ("centre", "center"),
    ("organise", "organization"),
    ("travelled", "traveled"),
    ("programme", "program"),
    ("catalogue", "catalogs"),
    ("licence", "license"),
    ("grey", "gray"),
    ("café", "cafe"),
    ("clerk's", "clerk"),
    ("clerk’s", "clerks"),
    ("approx", "approximately"),
    ("department", "dept"),
    ("Doctor", "Dr"),
    ("STRASSE", "straße"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_forms_of_a_word_share_a_key(one: str, other: str) -> None:
    one, other = one.replace("’", "'"), other.replace("’", "'")
    assert set(word_keys(one, "en")) & set(word_keys(other, "en"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("public", "private"), ("north", "south"), ("lease", "release"), ("hour", "our")],
)
def test_two_words_share_no_key(one: str, other: str) -> None:
    assert not set(word_keys(one, "en")) & set(word_keys(other, "en"))


@pytest.mark.parametrize("word", ["the", "don't", "DON'T", "can't", "won't", "they're", "I", "it's", "x"])
def test_a_word_without_content_is_a_stop_word(word: str) -> None:
    assert PIECES["en"][word].content == ()


@pytest.mark.parametrize(
    ("context", "answer"),
    [
        ("home-office", "home office"),
        ("home office", "homeoffice"),
        ("homeoffice", "home-office"),
        ("e-mail", "email"),
        ("user name", "username"),
        ("username", "user names"),
        ("page_size", "page size"),
        ("page size", "page_size"),
        ("autoSave", "auto save"),
        ("do not enter", "don't enter"),
        ("doesn't open", "does not open"),
        ("l'entreprise", "entreprise"),
    ],
)
def test_compounds_and_contractions_are_supported(context: str, answer: str) -> None:
    assert check(f"It says {answer}.", [f"It says {context} there."]).flags == ()


def test_a_very_long_word_is_compared_as_it_stands() -> None:
    word = "ab" * 5000
    assert check(word, [word]).flags == ()
    assert [flag.text for flag in check(word + "c", [word]).flags] == [word + "c"]
