"""The word lists of a language, read from `data/<language>.toml` and checked.

A list of words is written as words between blanks; groups (words that mean the same, months, phrases) and tables (a
word and what it is worth) as entries between commas. A list that a language does not have is empty.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
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
Table = Mapping[str, int | Fraction]
Places = Mapping[str, int]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ValueWords:
    """The words that values are written with; they have no accents and no capitals.

    Numbers: cardinals and `parts` may be written as one word; a `glue` multiplies what is before it in that word ("und"
    in "fünfundzwanzig" by 1). `parts` are numbers only beside others. `joiners` ("and") may follow a multiple of
    `joined_after`. `scores` are the twenty of "quatre-vingt". Words that are `vague` are other words more often.
    `denominators` make a fraction after a number, `halves` by themselves. After `relative` words a small number only
    counts ("the next five days").
    Dates: months and weekdays have their number from 1 on; the short ones, and months that are `months_like_words`, are
    dates for sure only after `month_places` ("in May") or with a day. `units` has, for each dimension, the size of its
    units in the first of them.
    """

    articles: Words = frozenset()
    joiners: Words = frozenset()
    joined_after: int = 100
    vague: Words = frozenset()
    cardinals: Table = field(default_factory=dict)
    scales: Table = field(default_factory=dict)
    parts: Table = field(default_factory=dict)
    glues: Table = field(default_factory=dict)
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
    months: Places = field(default_factory=dict)
    months_short: Places = field(default_factory=dict)
    months_like_words: Words = frozenset()
    month_places: Words = frozenset()
    weekdays: Places = field(default_factory=dict)
    weekdays_short: Places = field(default_factory=dict)
    quarters: Words = frozenset()
    units: Mapping[str, Table] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists of one language; case is folded.

    `negations` turn round the meaning of what follows, but not before `negation_lifted_by` ("not only"). `rival_units`
    measure the same thing in different sizes.
    """

    stop_words: Words
    values: ValueWords
    negations: Words = frozenset()
    negation_lifted_by: Words = frozenset()
    rival_units: Groups = ()


def words(text: str) -> Words:
    """Return a list of words."""
    return frozenset(text.split())


def groups(text: str) -> Groups:
    """Return a list of groups of words."""
    return tuple(tuple(entry.split()) for entry in text.split(",") if entry.strip())


def _table(text: str) -> dict[str, int | Fraction]:
    table: dict[str, int | Fraction] = {}
    for word, value in groups(text):
        number = Fraction(value)
        table[word] = number.numerator if number.denominator == 1 else number
    return table


_READERS: dict[str, Callable[[Any], object]] = {
    "Words": words,
    "Groups": groups,
    "Table": _table,
    "Places": lambda text: {word: place for place, group in enumerate(groups(text), 1) for word in group},
    "Mapping[str, str]": lambda text: {word: code.upper() for word, code in groups(text)},
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
    lists.pop("english", None)
    values: ValueWords = read_lists(ValueWords, _plain(lists.pop("values")))
    return read_lists(Lexicon, lists, values=values)


def _plain(entry: Any) -> Any:
    """Return an entry of a data file without capitals and accents."""
    if isinstance(entry, dict):
        return {name: _plain(inner) for name, inner in entry.items()}
    return without_accents(entry.casefold()) if isinstance(entry, str) else entry
