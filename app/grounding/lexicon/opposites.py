"""Tables made of the word lists of contradiction, by alignment keys (see `words`)."""

from __future__ import annotations

from fractions import Fraction

from app.grounding.lexicon.english import ENGLISH
from app.grounding.lexicon.lexicon import JUDGED, Language, groups, lexicon_of, words
from app.grounding.text.words import aligned_key, name_keys

NEGATIONS = frozenset().union(*(lexicon_of(language).negations for language in JUDGED))
NEGATION_LIFTED_BY = frozenset().union(*(lexicon_of(language).negation_lifted_by for language in JUDGED))


def _key(word: str, language: Language = "en") -> str:
    return aligned_key(name_keys(word, language), language)


def _partners() -> dict[str, frozenset[str]]:
    opposites: dict[str, set[str]] = {}
    for pair in groups(ENGLISH["opposites"]):
        one, other = (_key(word) for word in pair)
        opposites.setdefault(one, set()).add(other)
        opposites.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in opposites.items()}


def _dimensions() -> dict[str, frozenset[tuple[Language, int]]]:
    dimensions: dict[str, set[tuple[Language, int]]] = {}
    for language in JUDGED:
        for number, units in enumerate(lexicon_of(language).rival_units):
            for unit in units:
                dimensions.setdefault(_key(unit, language), set()).add((language, number))
    return {word: frozenset(numbers) for word, numbers in dimensions.items()}


def _sizes() -> dict[str, tuple[str, int | Fraction]]:
    return {
        _key(unit, language): (dimension, size)
        for language in reversed(JUDGED)
        for dimension, units in lexicon_of(language).values.units.items()
        for unit, size in units.items()
    }


OPPOSITES: dict[str, frozenset[str]] = _partners()
UNIT_DIMENSIONS: dict[str, frozenset[tuple[Language, int]]] = _dimensions()
UNIT_SIZES: dict[str, tuple[str, int | Fraction]] = _sizes()
"""For each unit its dimension and its size in the first unit of the dimension."""
COMPARATIVES = words(ENGLISH["comparatives"])
UNIVERSALS = words(ENGLISH["universals"])
EXCEPTIONS = words(ENGLISH["exceptions"])
"""Words that restrict a sentence, so that a denial in it is none of the whole: "not allowed without a badge"."""
_NONE: frozenset[tuple[Language, int]] = frozenset()
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "mis")


def are_opposite(one: str, other: str) -> bool:
    """Say whether two alignment keys are opposites: listed, or one the other with a negating prefix."""
    if other in OPPOSITES.get(one, ()):
        return True
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    prefix = longer[: len(longer) - len(shorter)]
    return len(shorter) > 4 and prefix in _PREFIXES and longer.endswith(shorter)


def are_rival_units(one: str, other: str) -> bool:
    """Say whether two alignment keys are different units of one thing: days and hours, not days and dollars."""
    return one != other and not UNIT_DIMENSIONS.get(one, _NONE).isdisjoint(UNIT_DIMENSIONS.get(other, _NONE))
