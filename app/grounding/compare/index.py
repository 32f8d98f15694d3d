"""The contexts of an answer, read once: every key that they carry, and where their words stand.

Each context is read on its own, and the index is the union: one more context can only add keys, so that it can take
away an absence flag but never add one. What few answers need (values, tokens with their places, sequences of items for
alignment) is read when it is first asked for, and kept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import log1p

from app.grounding.compare.items import Items, read_items
from app.grounding.report import Evidence
from app.grounding.text.keys import Key
from app.grounding.text.language import Language, language_of
from app.grounding.text.lexemes import PIECES, Lexeme, Piece
from app.grounding.text.normalise import NormalisedText, normalise
from app.grounding.text.tokens import PIECE, Token, tokenise
from app.grounding.values.numbers import read_values
from app.grounding.values.values import Value
from core.sentences import split_sentences

# A word in more sentences than this says nothing about where a claim belongs.
COMMON = 64
# Sentences longer than this (a JSON document is one sentence) are cut at a blank, in code points.
_LONGEST_SENTENCE = 1000
# It is no number of what the item says.
_ITEM_NUMBER = re.compile(r"\d{1,3}\.(?=\s)")
# Forms of one word (colour and color, decide and decision) have at least this many first letters in common.
_BEGINNING = 3
# Letters by which the ends of two forms of a word may differ.
_ENDING = 3
# A name of several words, small words inside included: what an acronym may stand for.
_NAME = re.compile(r"[^\W\d_a-z]\w*+(?:[ \-\n](?:of|and|for|the|in|on|de|und|für|[A-Z]\w*+))+")
_BLANKS = re.compile(r"[ \-\n]")
# Enough to tell prose from tables.
_TELLING_SENTENCES = 24
_PRIOR_STOPS, _PRIOR_LEXEMES = 4, 12
_LONGEST_SEARCHED = 100_000
# What may stand before and after a whole sentence.
_BEFORE = "\n.!?:;)\"'"
_AFTER = ".!?;:,"
# Sentences that are read for one spelling of a value.
_MOST_READ = 16


# Not frozen, because a frozen one takes three times as long to make; nothing changes it.
@dataclass(slots=True)
class SourceSentence:
    """A sentence of a context: its range in the context's normalised text, and its pieces."""

    context: int
    start: int
    end: int
    pieces: list[Piece]

    def lexemes(self) -> list[Lexeme]:
        """Return the words and values of the sentence as they are written."""
        return [lexeme for piece in self.pieces for lexeme in piece.lexemes]


@dataclass(frozen=True, eq=False)
class ContextIndex:
    """Everything that a set of contexts carries. Build it once with `build` and use it for many answers.

    `offered` are the keys of all words; `sentences` are the sentences of all contexts, and `postings` says for each
    alignment key in which of them it stands. It can be shared by threads: what is read later is the same whoever
    reads it.
    """

    contexts: tuple[str, ...]
    normalised: tuple[NormalisedText, ...]
    languages: tuple[Language, ...]
    offered: frozenset[Key]
    sentences: tuple[SourceSentence, ...]
    postings: dict[Hashable, list[int]]
    _weights: dict[Hashable, tuple[float, list[int]]] = field(default_factory=dict)
    _values: dict[int, list[Value]] = field(default_factory=dict)
    _items: dict[int, tuple[Items, dict[Hashable, list[int]]]] = field(default_factory=dict)

    @classmethod
    def build(cls, contexts: Sequence[str]) -> ContextIndex:
        """Read the contexts. Linear in their length.

        Raises:
            TypeError: `contexts` is one string, or holds something that is not a string.
        """
        _require_strings(contexts)
        normalised = tuple([normalise(context) for context in contexts])
        languages = tuple([language_of(context.text) for context in normalised])
        sentences: list[SourceSentence] = []
        postings: defaultdict[Hashable, list[int]] = defaultdict(list)
        distinct: set[Piece] = set()
        for number, context in enumerate(normalised):
            read = PIECES[languages[number]].__getitem__
            find = PIECE.findall
            for start, end in _ranges(context.text):
                pieces = list(map(read, find(context.text, start, end)))
                place = len(sentences)
                for piece in pieces:
                    for key in piece.content:
                        postings[key].append(place)
                sentences.append(SourceSentence(number, start, end, pieces))
                distinct.update(pieces)
        offered = frozenset(chain.from_iterable([piece.offers for piece in distinct]))
        return cls(tuple(contexts), normalised, languages, offered, tuple(sentences), dict(postings))

    @cached_property
    def value_postings(self) -> dict[Key, list[int]]:
        """For each key of a value, the sentences that have it. All sentences are read for it."""
        postings: dict[Key, list[int]] = {}
        for number in range(len(self.sentences)):
            for value in self.values_of(number):
                for key in value.offers:
                    postings.setdefault(key, []).append(number)
        return postings

    def _spelled_as(self, value: Value) -> list[int]:
        """Return the sentences that have the rarest of the words and numbers of which the value is made."""
        return min([self.weight_of(word)[1] for word in value.words], key=len, default=[])

    def places_of(self, value: Value) -> list[int]:
        """Return the sentences that write a value as it is written here or, where none does, that carry it."""
        return self._spelled_as(value) or [
            number for keys in value.claims for number in self.value_postings.get(keys[0], ())
        ]

    def carries(self, value: Value) -> bool:
        """Say whether the contexts carry a value, its parts in different sentences if need be.

        Sentences that write it in the same way are read first; where one of them has it, no others are.
        """
        likely = self._spelled_as(value)[:_MOST_READ]
        if any(value.is_carried_by(other) for number in likely for other in self.values_of(number)):
            return True
        return any(all(key in self.value_postings for key in keys) for keys in value.claims)

    @cached_property
    def prose(self) -> float:
        """The share of stop words and signs at the beginning of the contexts: low for tables and JSON.

        A few words are taken for prose.
        """
        pieces = [piece for sentence in self.sentences[:_TELLING_SENTENCES] for piece in sentence.pieces]
        stops = sum([piece.stops for piece in pieces])
        lexemes = stops + sum([len(piece.content) for piece in pieces])
        return (stops + _PRIOR_STOPS) / (lexemes + _PRIOR_LEXEMES)

    @cached_property
    def _words(self) -> str:
        """All words in small letters, a blank before and after each."""
        folded = (lexeme.folded for sentence in self.sentences for piece in sentence.pieces for lexeme in piece.lexemes)
        return f" {' '.join(folded)} "

    def has_words(self, folded: Sequence[str]) -> bool:
        """Say whether the words stand in the contexts in this order, with nothing but signs between them."""
        return f" {' '.join(folded)} " in self._words

    def has_verbatim(self, sentence: str) -> bool:
        """Say whether a context has a whole sentence as it stands. Not looked for in long contexts, to stay linear."""
        if sum([len(context.text) for context in self.normalised]) > _LONGEST_SEARCHED:
            return False
        return any(_has_whole(context.text, sentence) for context in self.normalised)

    @cached_property
    def decimals(self) -> list[Fraction]:
        """All numbers of the contexts that are no integers, in order."""
        return sorted({key[1] for key in self.value_postings if key[0] == "number" and isinstance(key[1], Fraction)})

    @cached_property
    def _initials(self) -> str:
        """The initials of all names of several words, with and without those of the small words inside."""
        initials = [
            "".join(word[0] for word in _BLANKS.split(name))
            for context in self.normalised
            for name in _NAME.findall(context.text)
        ]
        return " ".join((*map(str.upper, initials), *("".join(filter(str.isupper, letters)) for letters in initials)))

    def has_acronym(self, letters: str) -> bool:
        """Say whether a name has these initials: "World Health Organization" WHO, "Department of Energy" DOE or DE."""
        return len(letters) > 1 and letters in self._initials

    @cached_property
    def _by_beginning(self) -> dict[Hashable, list[str]]:
        """The alignment keys of the contexts by their first letters."""
        keys: defaultdict[Hashable, list[str]] = defaultdict(list)
        for key in self.postings:
            if isinstance(key, str):
                keys[key[:_BEGINNING]].append(key)
        return keys

    def words_like(self, word: str) -> list[str]:
        """Return the alignment keys of the contexts that may be other forms of `word`: only their ends differ."""
        length = len(word) - _ENDING
        return [
            other
            for other in self._by_beginning.get(word[:_BEGINNING], ())
            if other.startswith(word[: max(_BEGINNING, min(length, len(other) - _ENDING))])
        ]

    def weight_of(self, key: Hashable) -> tuple[float, list[int]]:
        """Return the weight of an alignment key and the sentences that have it.

        The weight is the logarithm of one plus sentences over sentences that have the key. A word that is entered
        twice under one sentence counts once.
        """
        known = self._weights.get(key)
        if known is None:
            numbers = self.postings.get(key, [])
            if len(numbers) > 1:
                numbers = list(dict.fromkeys(numbers))
            known = log1p(len(self.sentences) / (1 + len(numbers))), numbers
            if numbers:
                self._weights[key] = known
        return known

    def text_of(self, number: int) -> str:
        """Return the normalised text of the context in which sentence `number` stands."""
        return self.normalised[self.sentences[number].context].text

    def tokens_of(self, number: int) -> list[Token]:
        """Return the tokens of a sentence with their places in the context's normalised text."""
        sentence = self.sentences[number]
        return tokenise(self.text_of(number), sentence.start, sentence.end, self.languages[sentence.context])

    def values_of(self, number: int) -> list[Value]:
        """Return the values of a sentence."""
        values = self._values.get(number)
        if values is None:
            sentence = self.sentences[number]
            values = []
            if any(piece.begins_value for piece in sentence.pieces):
                values = read_values(self.text_of(number), self.tokens_of(number), self.languages[sentence.context])
            self._values[number] = values
        return values

    def items_of(self, number: int) -> tuple[Items, dict[Hashable, list[int]]]:
        """Return the items of a sentence and the places of its keys."""
        known = self._items.get(number)
        if known is None:
            items = read_items(self.sentences[number].lexemes(), self.values_of(number))
            known = self._items[number] = (items, items.places())
        return known

    def evidence(self, number: int, first: int, last: int) -> Evidence:
        """Return the tokens [first, last) of a sentence as evidence, with offsets into the context as it was given."""
        sentence = self.sentences[number]
        tokens = self.tokens_of(number)
        span = (tokens[first].start, tokens[last - 1].end)
        start, end = self.normalised[sentence.context].original_span(*span)
        return Evidence(sentence.context, start, end, self.contexts[sentence.context][start:end])


def _require_strings(contexts: Sequence[str]) -> None:
    if isinstance(contexts, (str, bytes)) or not isinstance(contexts, Sequence):
        raise TypeError(f"contexts must be a sequence of strings, got {type(contexts).__name__}; wrap a text in a list")
    for position, context in enumerate(contexts):
        if not isinstance(context, str):
            raise TypeError(f"contexts[{position}] must be a string, got {type(context).__name__}")


def _has_whole(text: str, sentence: str) -> bool:
    """Say whether a text has a sentence, at its first place, with nothing but the end of another on each side."""
    at = text.find(sentence)
    if at < 0:
        return False
    end = at + len(sentence)
    after = text[end : end + 2]
    while at and text[at - 1] == " ":
        at -= 1
    begins = at == 0 or text[at - 1] in _BEFORE
    return begins and (not after or after[0] == "\n" or (after[0] in _AFTER and not after[1:].isalnum()))


def _ranges(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the sentences, the long ones cut at blanks, the number of a list item apart."""
    for start, end in split_sentences(text):
        if number := _ITEM_NUMBER.match(text, start, end):
            yield number.span()
            start = number.end()
        while end - start > _LONGEST_SENTENCE:
            cut = text.rfind(" ", start + 1, start + _LONGEST_SENTENCE)
            cut = cut if cut > 0 else text.find(" ", start + _LONGEST_SENTENCE, end)
            if cut < 0:
                break
            yield start, cut
            start = cut
        yield start, end
