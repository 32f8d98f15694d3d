"""The keys under which a word is compared: two words mean the same when they share a key.

A word's keys are its folded surface, its Snowball stem, its stem in the other spelling of English, the base of an
irregular form, the words it abbreviates or is abbreviated by, and (English) a derivational root. Surface and stem are
enough for a name; the wider keys are for words. Keys carry no accents, so that "café" is "cafe".
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import lru_cache

import Stemmer

from app.grounding.lexicon.english import BASE_FORMS, BRITISH, IRREGULAR_FORMS, SAME_WORDS, SPELLINGS
from app.grounding.text.language import STOP_WORDS, Language
from app.grounding.text.normalise import SUPERSCRIPT_DIGITS, without_accents

_PER_THREAD = threading.local()
_SNOWBALL = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}

# Longer strings are no words of a language; they are compared as they stand, which keeps the time linear.
_LONGEST_STEMMED = 40

_ENGLISH_SUFFIX = re.compile(r"(?:'(?:s|re|ve|ll|d|m)|n't)$")
_CONTRACTED = {"ca": "can", "wo": "will", "sha": "shall"}
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)'(?=\w)")

_AMERICAN = (
    (re.compile(r"(?<=\w{2})is(e|es|ed|ing|er|ers|ation|ations)$"), r"iz\1"),
    (re.compile(r"ys(e|es|ed|er|ers|ing)$"), r"yz\1"),
    (re.compile(r"(?<=\w{2})our(s|ed|ing|able|ful|al|ally|ite|ites|less|er|ers|hood|hoods)?$"), r"or\1"),
    (re.compile(r"([bct])re(s|d)?$"), r"\1er\2"),
    (re.compile(r"(?<=[aeiou])ll(ed|ing|er|ers|or|ors)$"), r"l\1"),
    (re.compile(r"logu(e|es|ed|er|ing)$"), r"log\1"),
    (re.compile(r"logue$"), r"log"),
    (re.compile(r"enc(e|es)$"), r"ens\1"),
    (re.compile(r"amme(s|d)?$"), r"am\1"),
)

# Without one of these endings none of the patterns fits.
_BRITISH_ENDINGS = tuple(
    (
        "ise ises ised ising iser isers isation isations yse yses ysed yser ysing our ours oured ouring ourable "
        "ourful oural ourally ourite ourites ourless ourer ourers ourhood ourhoods re res red lled lling ller llers "
        "llor llors logue logues logued loguer loguing ence ences amme ammes ammed"
    ).split()
)

# Endings that snowball leaves on an English stem, and the consonants that alternate before them (decide, decision;
# admit, admission). What changes inside (strong, strength; explain, explanation) is not covered.
_DERIVATIONAL = re.compile(r"(?:ment|ness|abl|ibl|anc|enc|ant|ent|iti|ati|ship|ti|li|al|er|or|th)$|(?<=\w{4})[iesr]$")
_ALTERNATING = re.compile(r"(?<=\w{4})(?:ss|[dstc])$")
_SHORTEST_ROOT = 3


@lru_cache(maxsize=1 << 15)
def plain_form(word: str) -> str:
    """Return the case-folded word without possessive, contraction or elision: "Clerk's" becomes "clerk"."""
    folded = word.casefold().rstrip("'_").lstrip("_")
    if "'" in folded:
        folded = _ENGLISH_SUFFIX.sub("", folded)
        folded = _CONTRACTED.get(folded, folded)
        folded = _ELISION.sub("", folded)
        folded = folded.replace("'", "")
    return folded


@lru_cache(maxsize=1 << 15)
def name_keys(word: str, language: Language) -> tuple[str, ...]:
    """Return the narrow keys of a word: its surface and its stems, without accents."""
    plain = plain_form(word)
    if plain and plain[-1] in SUPERSCRIPT_DIGITS:
        bare = plain.rstrip(SUPERSCRIPT_DIGITS)
        digits = "".join(str(SUPERSCRIPT_DIGITS.index(char)) for char in plain[len(bare) :])
        return (without_accents(bare) + digits, *name_keys(bare, language)) if bare else (digits,)
    surface = without_accents(plain)
    if len(plain) > _LONGEST_STEMMED:
        return (surface,)
    keys = [surface, _stem(surface, "en")]
    if language in ("de", "fr", "es"):
        keys.append(without_accents(_stem(plain, language)))
    return tuple(dict.fromkeys(keys))


def stemmed(word: str) -> tuple[str, ...]:
    """Return the narrow keys of an English word of small ASCII letters: itself and its stem."""
    if len(word) > _LONGEST_STEMMED:
        return (word,)
    stem = _stem(word, "en")
    return (word,) if stem == word else (word, stem)


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
    for root in [_root(key) for key in keys if len(key) >= _SHORTEST_ROOT]:
        keys[f"√{root}"] = None
    return tuple(keys)


def _forms(surface: str) -> set[str]:
    """Return the other forms of a word that are listed: its spellings, its base, what means the same, their forms."""
    singular = _singular(surface)
    american = _american(surface)
    base = IRREGULAR_FORMS.get(surface, surface)
    forms = {american, base, *BRITISH.get(american, ())}
    for form in (surface, singular, american, base):
        forms.update(SAME_WORDS.get(form, ()))
    for form in tuple(forms):
        forms.update(BASE_FORMS.get(IRREGULAR_FORMS.get(form, form), ()))
    return forms


def aligned_key(keys: Sequence[str], language: Language) -> str:
    """Return the one key by which the words of two sentences are aligned, from the narrow keys of a word.

    It is the stem, in English that of the base form in American spelling.
    """
    if language == "en" and len(keys[0]) <= _LONGEST_STEMMED:
        american = _american(keys[0])
        base = IRREGULAR_FORMS.get(american, american)
        if base != keys[0]:
            return _stem(base, "en")
    return keys[-1]


def is_stop_word(word: str, language: Language) -> bool:
    """Say whether the word carries no content: a stop word of the language, or a single letter."""
    plain = plain_form(word)
    return len(plain) < 2 or plain in STOP_WORDS[language]


def _american(surface: str) -> str:
    """Return the American spelling of an English word, or the word itself. Applied to both sides, so that a word
    changed by mistake ("rise" to "rize") still meets itself."""
    if surface in SPELLINGS:
        return SPELLINGS[surface]
    singular = _singular(surface)
    if singular in SPELLINGS:
        return SPELLINGS[singular]
    if not surface.endswith(_BRITISH_ENDINGS):
        return surface
    for pattern, replacement in _AMERICAN:
        changed = pattern.sub(replacement, surface)
        if changed != surface:
            return changed
    return surface


def _singular(surface: str) -> str:
    return surface[:-1] if surface.endswith("s") else surface


def _root(stem: str) -> str:
    """Return the derivational root of an English stem: "decid" and "decis" give "deci"."""
    shorter = _DERIVATIONAL.sub("", stem)
    return _ALTERNATING.sub("", shorter if len(shorter) >= _SHORTEST_ROOT else stem)


def _stem(word: str, language: str) -> str:
    # A stemmer keeps the word it works on in itself, so that each thread has its own.
    stemmers: dict[str, Stemmer.Stemmer] = _PER_THREAD.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(_SNOWBALL[language])
    stemmed: str = stemmers[language].stemWord(word)
    return stemmed
