"""Which language a text is in, told by its stop words, its letters and its script.

English, German, French and Spanish are judged in full. A text in another language that is recognised is "other": words
that the contexts lack are then unjudged, never flagged. Of the paragraphs of NoMIRACL and ClapNQ .996 to 1.0 are
recognised, of the questions .96 to 1.0, of sentences of 4 to 14 words .92 to .998. Not covered: texts that mix
languages, and languages of no list, which are taken for English.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import get_args

from app.grounding.lexicon.lexicon import JUDGED, lexicon_of, read_data
from app.grounding.lexicon.lexicon import Language as Language

STOP_WORDS: dict[Language, frozenset[str]] = {name: lexicon_of(name).stop_words for name in get_args(Language)}
OTHER_STOP_WORDS: tuple[str, ...] = tuple(read_data("others").values())
"""Frequent words of other languages, one text for each."""

# English first: it wins every tie.
_LISTS = {name: STOP_WORDS[name] for name in JUDGED} | {
    name: frozenset(words.split()) for name, words in read_data("others").items()
}
_CANDIDATES: dict[str, tuple[str, ...]] = {
    word: tuple(name for name, words in _LISTS.items() if word in words) for word in frozenset().union(*_LISTS.values())
}
_ENGLISH_ONLY = frozenset(word for word, names in _CANDIDATES.items() if names == ("en",))
_NEVER_ENGLISH = frozenset(word for word, names in _CANDIDATES.items() if "en" not in names)
# Letters that one of the languages has and the others have in names at most; each of them is worth half a word.
_LETTERS = {"de": "äöüß", "es": "ñ¿¡áíóú", "fr": "çœèêîû"}
# Words of one letter that count; others are units and marks more often.
_SINGLE_LETTERS = "aeiouyà"
_ELIDED = re.compile(r"\b(?:[ldjcnmts]|qu)'(?=[^\W\d_]{3})")
# One word proves nothing: "die", "me" and "on" are English as well.
_FEWEST = 2
# A table, JSON or a list of names has few stop words of any language; prose has at least this share.
_PROSE = 0.15
# So many of English alone without many of no English settle it; counting all votes takes ten times as long.
_SETTLED = 4
_TELLING = 600
_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
_NOT_LATIN = re.compile(r"[^\W\d_a-zA-Z\u00aa-\u024f\u1e00-\u1eff]")
_SCRIPTS = dict.fromkeys(("HIRAGANA", "KATAKANA"), "CJK")  # Japanese is not told from Chinese


def language_of(text: str) -> Language:
    """Return the language of a normalised text; English where it is undecided."""
    pieces = frozenset(text[:_TELLING].split())
    english = len(pieces & _ENGLISH_ONLY)
    if english >= _SETTLED and len(pieces & _NEVER_ENGLISH) * 4 <= english:
        return "en"
    name = _leader(text[:_TELLING], _FEWEST) or "en"
    return next((language for language in JUDGED if language == name), "other")


def is_foreign(answer: str, question: str, contexts: Sequence[str], languages: Sequence[Language]) -> bool:
    """Say whether an answer is in another language than all its contexts, each of which must be certain.

    `languages` are those of the contexts, in order, as `language_of` tells them. A context without a letter is in no
    language. A single word of the answer is enough where the question is in the same language.
    """
    known = [(context, of) for context, of in zip(contexts, languages, strict=True) if _LETTER.search(context)]
    if _is_latin(answer) and language_of(f"{answer}\n{question}") in [of for _, of in known]:
        return False
    ours = _told_language(answer, fewest=1)
    if ours is None or (ours != _told_language(question) and ours != _told_language(answer)):
        return False
    theirs = {_told_language(context) if _is_prose(context) else None for context, _ in known}
    return bool(theirs) and None not in theirs and ours not in theirs


def _told_language(text: str, fewest: int = _FEWEST) -> str | None:
    """Return the code of a language, or the name of a script other than Latin; None where it is undecided."""
    beginning = text[:_TELLING]
    if _is_latin(beginning):
        return _leader(beginning, fewest)
    scripts = Counter(unicodedata.name(char, "").split(" ")[0] for char in beginning if char.isalpha())
    if not scripts:  # ① and ½ are parts of words, and no letters
        return None
    script = max(scripts, key=lambda name: scripts[name])
    return _SCRIPTS.get(script, script)


def _is_prose(text: str) -> bool:
    """Say whether the beginning of a text has as many stop words, of any language, as sentences have."""
    words = _WORD.findall(text[:_TELLING].casefold())
    return not _is_latin(text) or sum([word in _CANDIDATES for word in words]) >= _PROSE * len(words)


def _is_latin(text: str) -> bool:
    """Say whether no more than half of the beginning of a text is in other scripts than Latin."""
    return text.isascii() or len(_NOT_LATIN.findall(text, 0, _TELLING)) * 2 <= len(_LETTER.findall(text, 0, _TELLING))


def _leader(text: str, fewest: int) -> str | None:
    """Return the language with most words and letters, the first of equals; None where they are too few.

    A word that several languages have is shared among them.
    """
    votes = dict.fromkeys(_LISTS, 0.0)
    folded = text.casefold() if "ß" not in text else text.lower()
    for word in _WORD.findall(folded):
        names = _CANDIDATES.get(word, ()) if len(word) > 1 or word in _SINGLE_LETTERS else ()
        for name in names:
            votes[name] += 1 / len(names)
    for name, letters in _LETTERS.items():
        votes[name] += sum([min(2, folded.count(letter)) for letter in letters]) / 2
    votes["fr"] += len(_ELIDED.findall(folded))
    best = max(votes, key=votes.__getitem__)
    return best if votes[best] * 2 > fewest else None
