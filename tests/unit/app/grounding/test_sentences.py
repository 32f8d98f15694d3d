"""Where sentences end."""

from __future__ import annotations

import pytest

from app.grounding.text.sentences import split_sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Falk pays 3.5 euros, e.g. for tea.",
        "It opens at 9 a.m. Monday is closed",
        "J. Falk signs the form.",
        "See No. 7 of approx. 20 rules.",
        "The U.S. Navy has it.",
        "Am 5. März beginnt es.",
        "Is it node.js or not",
        "Wait... there is more.",
    ],
)
def test_a_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("**One.** Two.", ["**One.**", "Two."]),
        ("- one\n- two", ["- one", "- two"]),
        ("Heading\n\nText here.", ["Heading", "Text here."]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["| a | b |\n|---|---|", "| 1 | 2 |"]),
        ("一つ。二つ。", ["一つ。", "二つ。"]),
        ("One.\r\nTwo.", ["One.", "Two."]),
        ("One. [1] Two.", ["One.", "[1] Two."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_text_is_split(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_a_wrapped_line_goes_on() -> None:
    text = "The permit for the car park behind the building costs thirty\neuros per month."
    assert split(text) == [text]


def test_a_short_line_does_not_go_on() -> None:
    assert split("Car park\neuros per month") == ["Car park", "euros per month"]
