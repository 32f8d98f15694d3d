"""The keys under which a word is compared: two words mean the same when they share a key.

A word's keys are its folded surface, its Snowball stem, its stem in the other spelling of English, the base of an
irregular form, the words it abbreviates or is abbreviated by, and (English) a derivational root. Surface and stem are
enough for a name; the wider keys are for words. Keys have no accents, so that "café" is "cafe".
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import lru_cache

import Stemmer

from app.grounding.lexicon.english import BASE_FORMS, IRREGULAR_FORMS, SAME_WORDS
from app.grounding.text.language import Language
from app.grounding.text.normalise import without_accents

_PER_THREAD = threading.local()
_SNOWBALL = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}
_OTHER_STEMMERS = frozenset(("de", "fr", "es"))

# Longer strings are no words of a language; they are compared as they stand, which keeps the time linear.
_LONGEST_STEMMED = 40

_ENGLISH_SUFFIX = re.compile(r"(?:'(?:s|re|ve|ll|d|m)|n't)$")
_CONTRACTED = {"ca": "can", "wo": "will", "sha": "shall"}
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)'(?=\w)")

# What a British spelling has in the place of an American one, before the end of a word.
_BRITISH = re.compile(
    r"""
    (?<=\w\w)is(?=(?:e[sd]?|ing|ers?|ations?)$) | ys(?=(?:e[sd]?|ing|ers?)$)
  | (?<=\w\w)our(?=(?:s|ed|ing|able|ful|al|ally|ites?|less|ers?|hoods?)?$) | (?<=[bct])re(?=[sd]?$)
  | (?<=[aeiou])ll(?=(?:ed|ing|[eo]rs?)$) | (?<=log)u(?=(?:e[sdr]?|ing)$) | (?<=en)c(?=es?$) | (?<=am)me(?=[sd]?$)
    """,
    re.VERBOSE,
)
_AMERICAN = {"is": "iz", "ys": "yz", "our": "or", "re": "er", "ll": "l", "u": "", "c": "s", "me": ""}

# Endings that snowball leaves on an English stem. What changes inside (decide, decision) is listed in `families`.
_ENDINGS = "ment ness abl ibl anc enc ant ent iti ati ship ti li al er or th".split()
_DERIVATIONAL = re.compile(rf"(?:{'|'.join(_ENDINGS)})$|(?<=\w{{4}})[iesr]$")
ROOT_ENDS = ("", *"iesr", *_ENDINGS)
"""What a stem has behind its root."""
ROOT = "√"
"""The first character of the key of a root."""
_SHORTEST_ROOT = 3


def plain_form(word: str) -> str:
    """Return the case-folded word without possessive, contraction or elision: "Clerk's" becomes "clerk"."""
    folded = word.casefold().strip("_").rstrip("'_")
    if "'" in folded:
        folded = _ENGLISH_SUFFIX.sub("", folded)
        folded = _CONTRACTED.get(folded, folded)
        folded = _ELISION.sub("", folded)
        folded = folded.replace("'", "")
    return folded


def name_keys(word: str, language: Language) -> tuple[str, ...]:
    """Return the narrow keys of a word: the word itself and its stems, without accents."""
    return plain_keys(plain_form(word), language)


def plain_keys(plain: str, language: Language) -> tuple[str, ...]:
    """Return the narrow keys of a word in its plain form."""
    surface = plain if plain.isascii() else without_accents(plain)
    if len(plain) > _LONGEST_STEMMED:
        return (surface,)
    stem = _stem(surface, "en")
    keys = (surface,) if stem == surface else (surface, stem)
    if language in _OTHER_STEMMERS:
        return tuple(dict.fromkeys((*keys, without_accents(_stem(plain, language)))))
    return keys


@lru_cache(maxsize=1 << 15)
def word_keys(word: str, language: Language) -> tuple[str, ...]:
    """Return all keys of a word, the narrow ones first."""
    narrow = name_keys(word, language)
    surface = narrow[0]
    if len(surface) > _LONGEST_STEMMED:
        return narrow
    keys = dict.fromkeys(narrow)
    for form in _forms(surface):
        keys[form] = None
        keys[_stem(form, "en")] = None
    return (*keys, *dict.fromkeys([root_key(key) for key in keys if len(key) >= _SHORTEST_ROOT]))


def _forms(surface: str) -> set[str]:
    """Return the other forms of a word: the American one, its base, what means the same, their forms."""
    american = _american(surface)
    base = IRREGULAR_FORMS.get(surface, surface)
    forms = {american, base}
    for form in (surface, surface.removesuffix("s"), american, base):
        forms.update(SAME_WORDS.get(form, ()))
    for form in tuple(forms):
        forms.update(BASE_FORMS.get(IRREGULAR_FORMS.get(form, form), ()))
    return forms


def aligned_key(keys: Sequence[str], language: Language) -> str:
    """Return the one key by which the words of two sentences are aligned, from the narrow keys of a word.

    It is the stem, in English that of the base form in American spelling.
    """
    surface = keys[0]
    if language != "en" or len(surface) > _LONGEST_STEMMED:
        return keys[-1]
    american = _american(surface)
    base = IRREGULAR_FORMS.get(american, american)
    return keys[-1] if base == surface else _stem(base, "en")


def _american(surface: str) -> str:
    """Return the American spelling of an English word, or the word itself. Applied to both sides, so that a word
    changed by mistake ("rise" to "rize") still meets itself."""
    british = _BRITISH.search(surface)
    if british is None:
        return surface
    return surface[: british.start()] + _AMERICAN[british[0]] + surface[british.end() :]


def root_key(stem: str) -> str:
    """Return the key of the derivational root of an English stem: that of "slow" and "slowli" is the same."""
    shorter = _DERIVATIONAL.sub("", stem)
    return ROOT + (shorter if len(shorter) >= _SHORTEST_ROOT else stem)


def _stem(word: str, language: str) -> str:
    # A stemmer keeps the word it works on in itself, so that each thread has its own; its cache takes longer than it.
    stemmers: dict[str, Stemmer.Stemmer] = _PER_THREAD.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(_SNOWBALL[language], 0)
    stemmed: str = stemmers[language].stemWord(word)
    return stemmed
