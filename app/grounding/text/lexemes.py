"""A word as it is written, and all that can be known of it without its neighbours: read once, kept in a cache.

Texts repeat their words, so that nearly every piece of a text (what stands between two blanks) has been read before.
Regular expressions, stemmers and word lists lie behind these caches; what runs for every word is a look-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import get_args

from app.grounding.lexicon.english import SCAFFOLD_STARTS
from app.grounding.lexicon.opposites import NEGATIONS
from app.grounding.lexicon.value_words import ROMAN, VALUE_WORDS, may_begin_value
from app.grounding.text.identifiers import has_inner_capital, identifier_keys, is_identifier, link_offers, parts_of
from app.grounding.text.keys import Key, number_keys
from app.grounding.text.language import STOP_WORDS, Language
from app.grounding.text.scan import LINKS, Kind, scan
from app.grounding.text.scripts import is_hangul, pair_keys
from app.grounding.text.words import aligned_key, is_stop_word, name_keys, stemmed, word_keys

# Longer pieces (an address with a query, a text without blanks, an attack) are read again each time they occur.
_LONGEST_CACHED = 160
_CACHED = 1 << 16
_MOST_PART_DIGITS = 9
_NUMERIC = frozenset((Kind.NUMBER, Kind.CLOCK, Kind.DATE, Kind.SYMBOL))
# Without one of these, or a contracted "not", no sentence says that something is not known.
_ABSTAINING = NEGATIONS | {"unable", "insufficient"}
# Words that begin a value only before another word that does ("a dozen", "Chapter I").
_ARTICLES = frozenset(("a", "an", "i"))
# Signs that begin no token, so that one word between them is one token. Not among them: / ~ - # $ % & < > _ (paths,
# options, symbols, letters of identifiers).
_SIGNS = ".,;:!?()[]{}*|=`\"'"
# Kinds that say something by themselves; the rest (a lone symbol, the v of v2.1) only marks its neighbour.
_MARKS = frozenset((Kind.SYMBOL, Kind.VERSION))


# Not frozen, because a frozen one takes three times as long to make; nothing changes it.
@dataclass(slots=True, eq=False)
class Lexeme:
    """A token as it is written.

    `folded` is the text in small letters; `surface` the text without the dots of an acronym. `keys` are the surface
    and its stems, under which nearly every word meets itself; `offers` are all keys that it carries in a context;
    `aligned` is the one key by which two sentences are aligned. `content`: it carries meaning of its own (no stop
    word, no symbol). `speaks`: it says something by itself, content or not. `may_abstain`: a sentence that has it may
    say that something is not known. `opens_scaffold`: a phrase that only points to the documents may begin with it.
    """

    kind: Kind
    text: str
    folded: str
    surface: str
    keys: tuple[str, ...]
    offers: tuple[Key, ...]
    aligned: str
    content: bool
    begins_value: bool
    negates: bool
    contracts_not: bool
    speaks: bool
    may_abstain: bool
    opens_scaffold: bool


@dataclass(slots=True, eq=False)
class Piece:
    """What stands between two blanks.

    Its lexemes, each also with its range inside the piece, all keys that they offer together, the alignment keys of its
    content words, and how many lexemes have no content.
    """

    lexemes: tuple[Lexeme, ...]
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
        lexeme = _cached_word(bare, language)
        start = text.index(bare)
        content: tuple[str, ...] = (lexeme.aligned,) if lexeme.content else ()
        begins_value = lexeme.begins_value and lexeme.folded not in _ARTICLES
        return Piece(
            (lexeme,), ((lexeme, start, start + len(bare)),), lexeme.offers, content, 1 - len(content), begins_value
        )
    lexemes: list[Lexeme] = []
    places = []
    for kind, start, end in scan(text):
        token = text[start:end]
        if kind is Kind.WORD and token.isalpha() and token.isascii() and end - start <= _LONGEST_CACHED:
            lexemes.append(_cached_word(token, language))
        else:
            read = _cached_lexeme if end - start <= _LONGEST_CACHED else _read_lexeme
            lexemes.append(read(kind, token, language))
        places.append((lexemes[-1], start, end))
    content = tuple([lexeme.aligned for lexeme in lexemes if lexeme.content])
    return Piece(
        tuple(lexemes),
        tuple(places),
        tuple([key for lexeme in lexemes for key in lexeme.offers]),
        content,
        len(lexemes) - len(content),
        any(lexeme.begins_value and lexeme.folded not in _ARTICLES for lexeme in lexemes),
    )


@lru_cache(maxsize=_CACHED)
def _cached_word(text: str, language: Language) -> Lexeme:
    """Read a word of ASCII letters: in English, which is the usual case, by a shorter way than `_read_lexeme`."""
    if language != "en" or has_inner_capital(text):
        return _read_lexeme(Kind.WORD, text, language)
    folded = text.lower()
    keys = stemmed(folded)
    return Lexeme(
        kind=Kind.WORD,
        text=text,
        folded=folded,
        surface=text,
        keys=keys,
        offers=keys,
        aligned=aligned_key(keys, "en"),
        content=len(folded) > 1 and folded not in STOP_WORDS["en"],
        begins_value=folded in VALUE_WORDS or (text.isupper() and ROMAN.keys() >= set(text)),
        negates=folded in NEGATIONS,
        contracts_not=False,
        speaks=True,
        may_abstain=folded in _ABSTAINING,
        opens_scaffold=folded in SCAFFOLD_STARTS,
    )


@lru_cache(maxsize=_CACHED)
def _cached_lexeme(kind: Kind, text: str, language: Language) -> Lexeme:
    return _read_lexeme(kind, text, language)


def _read_lexeme(kind: Kind, text: str, language: Language) -> Lexeme:
    folded = text.casefold()
    if kind is Kind.WORD or kind is Kind.ACRONYM:
        surface = text if kind is Kind.WORD else text.replace(".", "")
        keys = name_keys(surface, language)
        return Lexeme(
            kind=kind,
            text=text,
            folded=folded,
            surface=surface,
            keys=keys,
            offers=_word_offers(kind, text, keys, language),
            aligned=aligned_key(keys, language),
            content=not is_stop_word(surface, language),
            begins_value=may_begin_value(text),
            negates=folded in NEGATIONS,
            contracts_not=folded.endswith("n't") or folded.startswith("n'"),
            speaks=True,
            may_abstain=folded in _ABSTAINING or folded.endswith("n't"),
            opens_scaffold=folded in SCAFFOLD_STARTS,
        )
    speaks = kind not in _MARKS
    return Lexeme(
        kind=kind,
        text=text,
        folded=folded,
        surface=text,
        keys=name_keys(text, language) if kind is Kind.CODE else (),
        offers=tuple(_offers(kind, text, language)),
        aligned=folded,
        content=speaks,
        begins_value=kind in _NUMERIC,
        negates=False,
        contracts_not=False,
        speaks=speaks,
        may_abstain=False,
        opens_scaffold=False,
    )


def _word_offers(kind: Kind, text: str, keys: tuple[str, ...], language: Language) -> tuple[Key, ...]:
    """Return the keys that a word of a context carries: the narrow ones; the wide ones are looked for on demand."""
    if kind is Kind.ACRONYM:
        return (*keys, *name_keys(text, language))
    if text.isalpha() and text.isascii() and not has_inner_capital(text):
        return keys
    offers: list[Key] = list(keys)
    if is_identifier(text):
        offers.append(identifier_keys(text)[0][0])
        offers.extend(_part_offers(text, language))
    if is_hangul(text):
        offers.extend(pair_keys(text))
    return tuple(offers)


def _offers(kind: Kind, text: str, language: Language) -> Iterator[Key]:
    """Yield the keys that a token other than a word carries; values are read apart, from several tokens."""
    if kind in (Kind.IDEOGRAPHS, Kind.SPACELESS):
        yield text
        yield from pair_keys(text)
        yield from (("pair", char) for char in text)
    elif kind is Kind.CODE:
        yield from name_keys(text, language)
        yield from _part_offers(text, language)
    elif kind is Kind.SYMBOL or kind is Kind.VERSION:
        yield from word_keys(text, language)
    elif kind in LINKS:
        yield from link_offers(text)
        yield from _part_offers(text, language)


def _part_offers(identifier: str, language: Language) -> Iterator[Key]:
    """Yield the keys of the words inside an identifier or an address, and of the neighbouring pairs."""
    parts = parts_of(identifier)
    for part in parts:
        if part.isdecimal():
            yield part
            if len(part) <= _MOST_PART_DIGITS:
                yield from number_keys(int(part))
        else:
            yield from stemmed(part.lower()) if part.isascii() else name_keys(part, language)
    for before, after in pairwise(parts):
        yield before.casefold() + after.casefold()
