"""The word lists are data, found in the package, read once and checked."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from app.grounding.lexicon.lexicon import (
    JUDGED,
    Language,
    Lexicon,
    ValueWords,
    lexicon_of,
    read_data,
    read_lists,
)

DATA = files("app.grounding.lexicon").joinpath("data")
PROJECT = Path(__file__).parents[4] / "pyproject.toml"


def test_the_data_files_are_in_the_package_and_in_the_wheel() -> None:
    names = {entry.name for entry in DATA.iterdir()}
    assert names == {*(f"{language}.toml" for language in JUDGED), "others.toml"}
    package_data = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    assert {"grounding/**/*.toml", "grounding/**/*.json"} <= set(package_data["app"])


@pytest.mark.parametrize("language", JUDGED)
def test_a_language_has_its_calendar_and_its_numbers(language: Language) -> None:
    words = lexicon_of(language).values
    assert set(words.months.values()) == set(words.months_short.values()) == set(range(1, 13))
    assert set(words.weekdays.values()) == set(words.weekdays_short.values()) == set(range(1, 8))
    assert set(range(2, 16)) <= {int(value) for value in words.cardinals.values()}
    assert {"time", "length", "mass"} <= words.units.keys()


def test_a_language_without_lists_has_none() -> None:
    assert lexicon_of("other").stop_words == frozenset()
    assert lexicon_of("other").values.months == {}


def test_an_unknown_list_is_named_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match=r"word list 'monhts' is unknown; the lists are .*months"):
        read_lists(ValueWords, {"monhts": "january"})


def test_an_entry_that_is_no_word_and_number_is_refused() -> None:
    with pytest.raises(ValueError, match="word list 'cardinals' cannot be read"):
        read_lists(ValueWords, {"cardinals": "one 1, two"})
    with pytest.raises(ValueError, match="word list 'stop_words' cannot be read"):
        read_lists(Lexicon, {"stop_words": 5}, values=ValueWords())


def test_every_other_language_has_words_that_the_judged_ones_lack() -> None:
    judged = frozenset().union(*(lexicon_of(language).stop_words for language in JUDGED))
    for words in read_data("others").values():
        assert len(set(words.split()) - judged) >= 5
