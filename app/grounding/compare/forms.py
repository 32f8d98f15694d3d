"""Whether the contexts have a word in another form than that in which it is written.

Another inflection, derivation or spelling; one word for two or two for one; an acronym for a name, or a name for an
acronym. Asked for the few words that the contexts do not have as they are, from the cheapest form to the dearest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from app.grounding.compare.index import ContextIndex
from app.grounding.lexicon.english import IRREGULAR_FORMS, SAME_WORDS
from app.grounding.text.language import Language
from app.grounding.text.words import name_keys, word_keys

# A word may be two words of the contexts written as one, of which the second is at least this long.
_SHORTEST_END = 2
_LONGEST_COMPOUND = 40


@dataclass(frozen=True, slots=True)
class Word:
    """A word and the keys that may support it (the narrow ones for a name).

    `joined` is what it makes with the words beside it, `parts` the words of an identifier, `initials` those of the name
    that it belongs to.
    """

    surface: str
    keys: tuple[str, ...]
    joined: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    initials: str = ""


def has_word(word: Word, index: ContextIndex, language: Language) -> bool:
    """Say whether the contexts have the word in any form."""
    folded = word.surface.casefold()
    same = SAME_WORDS.get(folded, ())
    if not index.offered.isdisjoint(word.keys) or not index.offered.isdisjoint(same):
        return True
    if word.initials in index.acronyms or (word.surface.isupper() and index.has_acronym(word.surface)):
        return True
    if _has_other_form(folded, frozenset(word.keys), index, language):
        return True
    if len(word.parts) > 1 and all(
        index.are_adjacent(before, frozenset(name_keys(after, language)), language)
        for before, after in pairwise(word.parts)
    ):
        return True
    if any(_has_compound(joined.casefold(), index, language) for joined in word.joined):
        return True
    return any(_is_split(form, index, language) for form in (folded, *same))


def _has_other_form(folded: str, keys: frozenset[str], index: ContextIndex, language: Language) -> bool:
    """Say whether the contexts have a word that shares a key: color for colour, payment for paid."""
    return any(
        not keys.isdisjoint(word_keys(other, language))
        for form in {folded, IRREGULAR_FORMS.get(folded, folded)}
        for other in index.words_like(form)
    )


def _has_compound(joined: str, index: ContextIndex, language: Language) -> bool:
    """Say whether the contexts write two words of the answer as one: "user name" as "username"."""
    if joined in index.offered or not index.offered.isdisjoint(SAME_WORDS.get(joined.removesuffix("s"), ())):
        return True
    return bool(index.words_like(joined)) and not index.offered.isdisjoint(name_keys(joined, language))


def _is_known(end: str, index: ContextIndex) -> bool:
    return end in index.offered or end.removesuffix("s") in index.offered


def _is_split(folded: str, index: ContextIndex, language: Language) -> bool:
    """Say whether the contexts write one word of the answer as two: "username" as "user name"."""
    if len(folded) > _LONGEST_COMPOUND:
        return False
    return any(
        index.are_adjacent(folded[:cut], frozenset(name_keys(folded[cut:], language)), language)
        for cut in range(1, len(folded) - _SHORTEST_END + 1)
        if (folded[:cut] in index.offered or folded[:cut].isdecimal()) and _is_known(folded[cut:], index)
    )
