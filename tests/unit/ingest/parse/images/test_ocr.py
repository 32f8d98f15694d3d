"""Tesseract's table of words, and what to install."""

from __future__ import annotations

import pytest

from ingest.parse.images.ocr import Recognised, RecognisedWord, install_command, words_of

TABLE = """level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
4\t1\t1\t1\t1\t0\t10\t20\t90\t12\t-1\t
5\t1\t1\t1\t1\t1\t10\t20\t40\t12\t96.5\tAnnual
5\t1\t1\t1\t1\t2\t55\t20\t45\t12\t90.0\tleave\t30
5\t1\t1\t1\t2\t1\t10\t40\t200\t2\t95.0\t|
"""


def test_words_have_their_box_their_line_and_their_confidence() -> None:
    first, second = words_of(TABLE)

    assert first == RecognisedWord("Annual", 10, 20, 50, 32, (1, 1, 1), 96.5)
    assert second.text == "leave\t30"


def test_the_confidence_is_that_of_the_letters() -> None:
    assert Recognised(tuple(words_of(TABLE))).confidence < 96.5
    assert Recognised().confidence == 100


def test_the_packages_are_debians() -> None:
    assert (
        install_command(["eng", "chi_sim"]) == "apt-get install tesseract-ocr tesseract-ocr-eng tesseract-ocr-chi-sim"
    )


@pytest.mark.parametrize(
    "sign", ["€", "£", "%", "§", "+", "−", "-", "–", "=", "<", "±", "×", "&", "#", "°", "*", "€)", "•"]
)
def test_a_sign_between_blanks_is_a_word(sign: str) -> None:
    assert [word.text for word in words_of(row(sign, 40.0))] == [sign]


@pytest.mark.parametrize("text", ["|", "_", "~", "||", "—~", "¦", "______", " "])
def test_lines_and_frames_are_no_words(text: str) -> None:
    assert not list(words_of(row(text, 96.0)))


def test_a_dot_is_a_word_unless_it_is_likely_a_speck() -> None:
    assert [word.text for word in words_of(row(".", 68.0))] == ["."]
    assert not list(words_of(row(".", 39.0)))


def row(text: str, confidence: float) -> str:
    return f"5\t1\t1\t1\t1\t1\t10\t20\t40\t12\t{confidence}\t{text}\n"
