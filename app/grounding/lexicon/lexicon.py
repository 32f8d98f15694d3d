"""The word lists of a language, read from `data/<language>.toml` and checked.

A list of words is written as words between blanks; groups (words that mean the same, months, phrases) and tables (a
word and what it is worth) as entries between commas. A list that a language does not have is empty.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from app.grounding.text.normalise import without_accents

Language = Literal["en", "de", "fr", "es", "other"]
JUDGED: tuple[Language, ...] = ("en", "de", "fr", "es")
"""The languages that have word lists of their own."""

Words = frozenset[str]
Groups = tuple[tuple[str, ...], ...]
Table = Mapping[str, Fraction]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ValueWords:
    """The words that values are written with; they carry no accents and no capitals.

    Numbers: cardinals, scales and `parts` may be written as one word, the unit before the ten where `ones_first` is
    between them ("fünfundzwanzig"). `joiners` ("and") may follow a multiple of `joined_after`. `scores` are the twenty
    of "quatre-vingt". Words that are `alone` ("twice") belong to no longer number; `vague` ones are other words more
    often; `not_numerals` are number words of other languages that are other words here. `denominators` make a fraction
    after a number, `halves` by themselves. After `relative` words a small number only counts ("the next five days").
    Dates: `months_like_words` are months after `month_places` ("in May"). `units` has, for each dimension, the size of
    its units in the first of them.
    """

    articles: Words = frozenset()
    joiners: Words = frozenset()
    joined_after: int = 100
    vague: Words = frozenset()
    not_numerals: Words = frozenset()
    alone: Table = field(default_factory=dict)
    cardinals: Table = field(default_factory=dict)
    scales: Table = field(default_factory=dict)
    parts: Table = field(default_factory=dict)
    ones_first: Words = frozenset()
    scores: Words = frozenset()
    ordinals: Table = field(default_factory=dict)
    ordinal_endings: Words = frozenset()
    denominators: Table = field(default_factory=dict)
    halves: Words = frozenset()
    minus: Words = frozenset()
    percent: Groups = ()
    currencies: Mapping[str, str] = field(default_factory=dict)
    clock_words: Table = field(default_factory=dict)
    clock_signs: Words = frozenset()
    of: Words = frozenset()
    to: Words = frozenset()
    versions: Words = frozenset()
    relative: Words = frozenset()
    roman_heads: Words = frozenset()
    months: Groups = ()
    months_like_words: Words = frozenset()
    month_places: Words = frozenset()
    weekday_names: Groups = ()
    weekday_abbreviations: Groups = ()
    quarters: Words = frozenset()
    units: Mapping[str, Table] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists of one language; case is folded.

    `negations` turn round the meaning of what follows, but not before `negation_lifted_by` ("not only"). Of
    `irregular` forms the first is the base, of `spellings` the American one. Words of one group of `same` mean the
    same, those of `families` have one root. `rival_units` measure the same thing in different sizes.
    `document_nouns` (regular expressions) are what an answer calls its sources, `scaffold_starts` begin a phrase that
    points to them.
    """

    stop_words: Words
    values: ValueWords
    negations: Words = frozenset()
    negation_lifted_by: Words = frozenset()
    irregular: Groups = ()
    spellings: Groups = ()
    same: Groups = ()
    families: Groups = ()
    document_nouns: Groups = ()
    scaffold_starts: Words = frozenset()
    opposites: Groups = ()
    rival_units: Groups = ()
    reporting: Words = frozenset()
    generic_names: Words = frozenset()
    comparatives: Words = frozenset()
    universals: Words = frozenset()
    exceptions: Words = frozenset()
    at_least: Words = frozenset()
    at_most: Words = frozenset()


def _groups(text: str) -> Groups:
    return tuple(tuple(entry.split()) for entry in text.split(",") if entry.strip())


def _table(text: str) -> dict[str, Fraction]:
    return {word: Fraction(value) for word, value in _groups(text)}


_READERS: dict[str, Callable[[Any], object]] = {
    "Words": lambda text: frozenset(text.split()),
    "Groups": _groups,
    "Table": _table,
    "Mapping[str, str]": lambda text: {word: code.upper() for word, code in _groups(text)},
    "Mapping[str, Table]": lambda tables: {name: _table(text) for name, text in tables.items()},
    "int": int,
}


def read_lists(kind: type[_T], lists: Mapping[str, Any], **given: object) -> _T:
    """Return the lists of a table as a `kind`, whose fields they are.

    Raises:
        ValueError: a list is not one of the fields, or an entry is no pair of a word and a number; the list is named.
    """
    readers = {entry.name: _READERS.get(str(entry.type)) for entry in fields(kind)}  # type: ignore[arg-type]
    read: dict[str, object] = dict(given)
    for name, text in lists.items():
        reader = readers.get(name)
        if reader is None:
            raise ValueError(f"word list {name!r} is unknown; the lists are {', '.join(readers)}")
        try:
            read[name] = reader(text)
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"word list {name!r} cannot be read: {error}") from error
    return kind(**read)


def read_data(name: str) -> dict[str, Any]:
    """Return the content of a data file of this package."""
    text = files("app.grounding.lexicon").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    lists: dict[str, Any] = tomllib.loads(text)
    return lists


@cache
def lexicon_of(language: Language) -> Lexicon:
    """Return the word lists of a language; those of "other" are empty."""
    if language == "other":
        return Lexicon(frozenset(), ValueWords())
    lists = read_data(language)
    values: ValueWords = read_lists(ValueWords, _plain(lists.pop("values")))
    return read_lists(Lexicon, lists, values=values)


def _plain(entry: Any) -> Any:
    """Return an entry of a data file without capitals and accents."""
    if isinstance(entry, dict):
        return {name: _plain(inner) for name, inner in entry.items()}
    return without_accents(entry.casefold()) if isinstance(entry, str) else entry


@cache
def value_words(language: Language) -> ValueWords:
    """Return the words for values of a language, with the number words and currencies of the others beside.

    A short text may be in another language than it is taken for.
    """
    own = lexicon_of(language).values
    others = [lexicon_of(other).values for other in JUDGED if other != language]
    words_here = own.not_numerals | lexicon_of(language).stop_words

    def with_others(name: Literal["cardinals", "scales", "currencies"]) -> dict[str, Any]:
        merged = {word: value for other in others for word, value in getattr(other, name).items()}
        return {word: value for word, value in merged.items() if word not in words_here} | dict(getattr(own, name))

    return replace(
        own,
        cardinals=with_others("cardinals"),
        scales=with_others("scales"),
        currencies=with_others("currencies"),
        percent=tuple(dict.fromkeys((*own.percent, *(phrase for other in others for phrase in other.percent)))),
    )
