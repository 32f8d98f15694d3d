"""A word as it is written, without its neighbours."""

from __future__ import annotations

import pytest

from app.grounding.text.language import Language
from app.grounding.text.lexemes import PIECES, Lexeme, Piece, Pieces
from app.grounding.text.scan import Kind


def piece_of(text: str, language: Language = "en") -> Piece:
    return PIECES[language][text]


def lexeme_of(text: str, language: Language = "en") -> Lexeme:
    ((lexeme, _, _),) = piece_of(text, language).placed
    return lexeme


def test_a_piece_has_its_lexemes_at_their_places() -> None:
    piece = piece_of("(node.js,3%)")
    assert [(lexeme.text, lexeme.kind) for lexeme, _, _ in piece.placed] == [
        ("node.js", Kind.DOTTED),
        ("3", Kind.NUMBER),
        ("%", Kind.SYMBOL),
    ]
    assert [(start, end) for _, start, end in piece.placed] == [(1, 8), (9, 10), (10, 11)]


def test_a_piece_without_words_has_no_lexemes() -> None:
    assert piece_of("--**--").placed == ()
    assert piece_of("--**--").offers == ()


def test_a_piece_is_read_once() -> None:
    assert piece_of("lighthouse") is piece_of("lighthouse")


def test_a_very_long_piece_is_not_kept() -> None:
    pieces = Pieces("en")
    assert pieces["a" * 10_000].placed[0][0].text == "a" * 10_000
    assert len(pieces) == 0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("gate", Kind.WORD),
        ("U.S.", Kind.ACRONYM),
        ("2FA", Kind.CODE),
        ("/var/log", Kind.PATH),
        ("--dry-run", Kind.OPTION),
        ("https://a.example/b", Kind.URL),
        ("a@b.example", Kind.EMAIL),
        ("1,500", Kind.NUMBER),
        ("14:00", Kind.CLOCK),
        ("2024-03-05", Kind.DATE),
        ("休暇", Kind.IDEOGRAPHS),
        ("วัน", Kind.SPACELESS),
    ],
)
def test_a_lexeme_knows_what_it_looks_like(text: str, kind: Kind) -> None:
    assert lexeme_of(text).kind is kind


def test_a_stop_word_has_no_content_in_its_language() -> None:
    assert not lexeme_of("the", "en").content
    assert lexeme_of("the", "de").content
    assert not lexeme_of("und", "de").content


@pytest.mark.parametrize(("one", "other"), [("Gates", "gate"), ("opened", "opening"), ("colour", "color")])
def test_forms_of_a_word_are_aligned_under_one_key(one: str, other: str) -> None:
    assert lexeme_of(one).aligned == lexeme_of(other).aligned


def test_an_acronym_is_offered_with_and_without_its_dots() -> None:
    assert lexeme_of("U.S.").surface == "US"
    assert "us" in piece_of("U.S.").offers


@pytest.mark.parametrize("word", ["auto", "save", "autosave"])
def test_an_identifier_offers_its_parts_and_itself_as_one_word(word: str) -> None:
    assert word in piece_of("autoSave").offers


def test_an_address_offers_its_words() -> None:
    assert {"help", "tarn", "start"} <= set(piece_of("https://help.tarn.example/start/now?x=1").offers)


def test_ideographs_offer_their_pairs() -> None:
    assert ("pair", "給休") in piece_of("有給休暇").offers


@pytest.mark.parametrize("word", ["not", "never", "Nobody", "nicht", "nunca", "ne"])
def test_a_negation_negates(word: str) -> None:
    assert lexeme_of(word).negates


@pytest.mark.parametrize("word", ["don't", "isn't", "Won't", "n'ouvre"])
def test_a_contraction_has_a_negation_inside(word: str) -> None:
    assert lexeme_of(word).contracts_not
    assert not lexeme_of(word).negates


@pytest.mark.parametrize("word", ["three", "March", "EUR", "noon", "7", "€", "half"])
def test_a_value_may_begin_with_it(word: str) -> None:
    assert lexeme_of(word).begins_value


@pytest.mark.parametrize("word", ["gate", "open", "node.js", "--dry-run"])
def test_no_value_begins_with_it(word: str) -> None:
    assert not lexeme_of(word).begins_value


def test_a_lone_symbol_says_nothing_by_itself() -> None:
    assert not lexeme_of("%").speaks
    assert not lexeme_of("%").content
    assert lexeme_of("gate").speaks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("_not_", ["not"]),
        ("(__only__),", ["only"]),
        ("**_never_**", ["never"]),
        ("_5", ["5"]),
        ("EUR_.", ["EUR"]),
        ("_2024-03-05_", ["2024-03-05"]),
        ("_does_not_", ["does", "not"]),
        ("____", []),
    ],
)
def test_underscores_around_words_are_emphasis(text: str, words: list[str]) -> None:
    assert [lexeme.text for lexeme, _, _ in piece_of(text).placed] == words
    assert [text[start:end] for _, start, end in piece_of(text).placed] == words


@pytest.mark.parametrize(
    "text", ["snake_case", "app._x", "me_you@x.org", "https://x.org/_a/b_c", "/pages/_index", "--dry_run"]
)
def test_underscores_inside_of_a_name_or_an_address_remain(text: str) -> None:
    assert lexeme_of(text).text == text


def test_an_emphasised_name_is_one_word() -> None:
    assert lexeme_of("_my_option_").text == "my_option"
