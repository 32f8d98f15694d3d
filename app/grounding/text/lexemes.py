"""A token as it is written, and what is known of it without its neighbours: read once, then looked up.

Texts repeat their words, so that nearly every piece of a text (what is between two blanks) has been read before.
Regular expressions, stemmers and word lists are used behind these caches; what runs for every piece is a look-up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, get_args

from app.grounding.lexicon.opposites import NEGATIONS
from app.grounding.lexicon.value_words import may_begin_value
from app.grounding.text.identifiers import has_inner_capital, is_identifier, link_key, parts_of
from app.grounding.text.keys import Key, number_keys
from app.grounding.text.language import STOP_WORDS, Language
from app.grounding.text.normalise import SUPERSCRIPT_DIGITS
from app.grounding.text.scan import LINKS, Kind, scan
from app.grounding.text.scripts import is_hangul, pair_keys
from app.grounding.text.words import aligned_key, name_keys, plain_form, plain_keys, word_keys

# Longer pieces (an address with a query, a text without blanks, an attack) are read again each time they occur.
_LONGEST_CACHED = 160
_CACHED = 1 << 16
_MOST_PART_DIGITS = 9
_NUMERIC = frozenset((Kind.NUMBER, Kind.CLOCK, Kind.DATE, Kind.SYMBOL))
_LINK_WORD = re.compile(r"[^\W\d_]+|\d+")
# Signs that begin no token, so that one word between them is one token. Not among them: / ~ - # $ % & < > _ (paths,
# options, symbols, letters of identifiers).
_SIGNS = ".,;:!?()[]{}*|=`\"'"
# Kinds that only mark their neighbour: a lone symbol, the v of v2.1.
_MARKS = frozenset((Kind.SYMBOL, Kind.VERSION))

_SUPERSCRIPTS = frozenset(SUPERSCRIPT_DIGITS)
_TO_DIGITS = str.maketrans(SUPERSCRIPT_DIGITS, "0123456789")

_new = tuple.__new__  # takes half the time of Lexeme(...), whose __new__ is written in Python


class Lexeme(NamedTuple):
    """A token as it is written.

    `folded` is the text in small letters, `plain` also without accents, possessive and elision. `keys` are the word and
    its stems, by which it is found in nearly all contexts that have it; `aligned` is the one key by which two sentences
    are aligned. `content`: it has a meaning of its own (no stop word, no symbol). `speaks`: it says something by
    itself, content or not.
    """

    kind: Kind
    text: str
    folded: str
    keys: tuple[str, ...]
    plain: str
    aligned: str
    content: bool
    begins_value: bool
    negates: bool
    contracts_not: bool
    speaks: bool

    @property
    def surface(self) -> str:
        """The text without the dots of an acronym."""
        return self.text.replace(".", "") if self.kind is Kind.ACRONYM else self.text


class Piece(NamedTuple):
    """What is between two blanks.

    `placed` are its lexemes with their ranges inside of the piece; `offers` are all keys that a context with this piece
    has; `content` are the alignment keys of its content words, and `stops` counts its other lexemes.
    """

    placed: tuple[tuple[Lexeme, int, int], ...]
    offers: tuple[Key, ...]
    content: tuple[str, ...]
    stops: int
    begins_value: bool


class Pieces(dict[str, Piece]):
    """The pieces that were read in one language. A subclass of dict, because a hit then costs no call."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, text: str) -> Piece:
        piece = _read_piece(text, self._language)
        if len(text) <= _LONGEST_CACHED:
            if len(self) >= _CACHED:
                self.clear()
            self[text] = piece
        return piece


PIECES: dict[Language, Pieces] = {language: Pieces(language) for language in get_args(Language)}


def _read_piece(text: str, language: Language) -> Piece:
    bare = text.strip(_SIGNS)
    if bare.isalpha() and bare.isascii() and len(bare) <= _LONGEST_CACHED:  # most pieces: one word and its signs
        lexeme = _cached_lexeme(Kind.WORD, bare, language)
        start = text.index(bare)
        offers = _offers(lexeme, language) if has_inner_capital(bare) else lexeme.keys
        content: tuple[str, ...] = (lexeme.aligned,) if lexeme.content else ()
        begins_value = lexeme.begins_value and bare != "I"
        only = ((lexeme, start, start + len(bare)),)
        return _new(Piece, (only, offers, content, 1 - len(content), begins_value))
    placed = _placed(text, language)
    lexemes = [lexeme for lexeme, _, _ in placed]
    content = tuple([lexeme.aligned for lexeme in lexemes if lexeme.content])
    # "fees¹" may be copied as "fees1".
    plain = () if _SUPERSCRIPTS.isdisjoint(text) else _placed(text.translate(_TO_DIGITS), language)
    return Piece(
        placed,
        tuple([key for lexeme, _, _ in (*placed, *plain) for key in _offers(lexeme, language)]),
        content,
        len(lexemes) - len(content),
        any(lexeme.begins_value and lexeme.text != "I" for lexeme in lexemes),
    )


def _placed(text: str, language: Language) -> tuple[tuple[Lexeme, int, int], ...]:
    read = _cached_lexeme if len(text) <= _LONGEST_CACHED else _read_lexeme
    return tuple([(read(kind, text[start:end], language), start, end) for kind, start, end in scan(text)])


def _read_lexeme(kind: Kind, text: str, language: Language) -> Lexeme:
    folded = text.casefold()
    if kind is Kind.WORD or kind is Kind.ACRONYM:
        plain = plain_form(text if kind is Kind.WORD else text.replace(".", ""))
        keys = plain_keys(plain, language)
        content = len(plain) > 1 and plain not in STOP_WORDS[language]
        aligned, contracts_not = aligned_key(keys, language), folded.endswith("n't") or folded.startswith("n'")
        negates, begins_value = folded in NEGATIONS, may_begin_value(text, keys[0], language)
        told = (kind, text, folded, keys, keys[0], aligned, content, begins_value, negates, contracts_not, True)
        return _new(Lexeme, told)
    keys = name_keys(text, language) if kind is Kind.CODE else ()
    speaks = kind not in _MARKS
    return Lexeme(kind, text, folded, keys, folded, folded, speaks, kind in _NUMERIC, False, False, speaks)


_cached_lexeme = lru_cache(maxsize=_CACHED)(_read_lexeme)


def _offers(lexeme: Lexeme, language: Language) -> tuple[Key, ...]:
    """Return the keys that a context with this token has; values and the levels of addresses are read on demand.

    Of a word they are the narrow ones; the wide ones are looked for on demand.
    """
    kind, text, keys = lexeme.kind, lexeme.text, lexeme.keys
    if kind is Kind.WORD:
        if is_identifier(text):
            return (*keys, *_part_offers(text, language))
        return (*keys, *pair_keys(text)) if is_hangul(text) else keys
    if kind is Kind.ACRONYM:
        return (*keys, *name_keys(text, language))
    if kind is Kind.CODE:
        return (*keys, *_part_offers(text, language))
    if kind is Kind.URL:
        return (link_key(text), *dict.fromkeys(_LINK_WORD.findall(lexeme.folded)))
    if kind in LINKS:
        return (link_key(text), *_part_offers(text, language))
    if kind in _MARKS:
        return word_keys(text, language)
    if kind is Kind.IDEOGRAPHS or kind is Kind.SPACELESS:
        return (text, *pair_keys(text), *[("pair", char) for char in text])
    return ()


def _part_offers(identifier: str, language: Language) -> list[Key]:
    """Return the keys of the words inside of an identifier, of the neighbouring pairs, and of all as one word."""
    parts = parts_of(identifier)
    keys: list[Key] = [before.casefold() + after.casefold() for before, after in pairwise(parts)]
    keys.append("".join(parts).casefold())
    for part in parts:
        if part.isdecimal():
            keys.append(part)
            if len(part) <= _MOST_PART_DIGITS:
                keys += number_keys(int(part))
        else:
            keys += plain_keys(part.casefold(), language)
    return keys
