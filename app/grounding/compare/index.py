"""The contexts of an answer, read once: every key that they have, and the sentences of each word.

Each context is read on its own, and the index is the union: one more context can only add keys, so that it can take
away an absence flag but never add one. What few answers need (values, tokens with their places, items for alignment)
is read when it is first asked for, and kept.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import log1p
from operator import itemgetter
from typing import NamedTuple

from app.grounding.compare.items import Items, read_items
from app.grounding.report import Evidence
from app.grounding.text.keys import Key
from app.grounding.text.language import Language, language_of
from app.grounding.text.lexemes import PIECES, Lexeme
from app.grounding.text.normalise import NormalisedText, normalise
from app.grounding.text.tokens import Token, pieces_of, tokenise
from app.grounding.values.quantities import read_values
from app.grounding.values.values import Value
from core.sentences import split_sentences

# A word in more sentences than this says nothing about where a claim belongs.
COMMON = 64
# Sentences longer than this (a JSON document is one sentence) are cut at a blank, in code points.
_LONGEST_SENTENCE = 1000
# The number of a list item is no number of what the item says.
_ITEM_NUMBER = re.compile(r"\d{1,3}\.(?=\s)")
# A few words are taken for prose.
_PRIOR_STOPS, _PRIOR_LEXEMES = 4, 12
_LONGEST_SEARCHED = 100_000
# What may be before and after a whole sentence.
_BEFORE = "\n.!?:;)\"'"
_AFTER = ".!?;:,"
# Sentences that are read for one spelling of a value.
_MOST_READ = 16


class SourceSentence(NamedTuple):
    """A sentence of a context: its half-open range in the context's normalised text."""

    context: int
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class ContextIndex:
    """Everything that a set of contexts has. Build it once with `build` and use it for many answers.

    `offered` are the keys of all words; `sentences` are the sentences of all contexts, and `postings` has for each
    alignment key the numbers of the sentences with it; `with_values` are the numbers of the sentences in which a value
    may begin; `prose` is the share of stop words and signs, which is low for tables and JSON. It can be shared by
    threads: what is read later is the same in each thread.
    """

    contexts: tuple[str, ...]
    normalised: tuple[NormalisedText, ...]
    languages: tuple[Language, ...]
    offered: frozenset[Key]
    sentences: tuple[SourceSentence, ...]
    postings: dict[Hashable, list[int]]
    with_values: frozenset[int]
    prose: float
    _values: dict[int, list[Value]] = field(default_factory=dict)
    _items: dict[int, tuple[Items, dict[Hashable, list[int]]]] = field(default_factory=dict)

    @classmethod
    def build(cls, contexts: Sequence[str]) -> ContextIndex:
        """Read the contexts. Linear in their length.

        Raises:
            TypeError: `contexts` is one string, or has an item that is not a string.
        """
        _require_strings(contexts)
        normalised = tuple([normalise(context) for context in contexts])
        languages = tuple([language_of(context.text) for context in normalised])
        sentences, occurrences = _read_pieces(normalised, languages)
        offered: set[Key] = set()
        postings: dict[Hashable, list[int]] = {}
        written_twice: dict[str, list[list[int]]] = {}
        with_values: set[int] = set()
        stops, lexemes = _PRIOR_STOPS, _PRIOR_LEXEMES
        for language, numbers_of in occurrences.items():
            pieces = list(map(PIECES[language].__getitem__, numbers_of))
            offered.update(*[piece.offers for piece in pieces])
            for piece, numbers in zip(pieces, numbers_of.values(), strict=True):
                placed, _, content, stop_words, begins_value = piece
                stops += stop_words * len(numbers)
                lexemes += len(placed) * len(numbers)
                if begins_value:
                    with_values.update(numbers)
                for key in content:
                    if key in postings:
                        written_twice.setdefault(key, [postings[key]]).append(numbers)
                    else:
                        postings[key] = numbers if len(numbers) == 1 else list(dict.fromkeys(numbers))
        for key, forms in written_twice.items():
            postings[key] = sorted({*chain.from_iterable(forms)})
        return cls(
            tuple(contexts),
            normalised,
            languages,
            frozenset(offered),
            tuple(sentences),
            postings,
            frozenset(with_values),
            stops / lexemes,
        )

    @cached_property
    def value_postings(self) -> dict[Key, list[int]]:
        """For each key of a value, the sentences that have it. All sentences with values are read for it."""
        postings: dict[Key, list[int]] = {}
        for number in sorted(self.with_values):
            for value in self.values_of(number):
                for key in value.offers:
                    postings.setdefault(key, []).append(number)
        return postings

    def _spelled_as(self, value: Value) -> list[int]:
        return min([self.weight_of(word)[1] for word in value.words], key=len, default=[])

    def places_of(self, value: Value) -> list[int]:
        """Return the sentences that have the rarest of the words and numbers with which a value is written here.

        Where there are none, those that write it in another way.
        """
        return self._spelled_as(value) or [
            number for keys in value.claims for number in self.value_postings.get(keys[0], ())
        ]

    def states(self, value: Value) -> bool:
        """Say whether the contexts support a value, its parts in different sentences if need be.

        Sentences that write it in the same way are read first; where one of them has it, no others are.
        """
        likely = self._spelled_as(value)[:_MOST_READ]
        if any(value.is_stated_by(other) for number in likely for other in self.values_of(number)):
            return True
        if any(self.offered.issuperset(keys) for keys in value.claims):  # a part of an identifier
            return True
        return any(all(key in self.value_postings for key in keys) for keys in value.claims)

    @cached_property
    def _words(self) -> str:
        """All words in small letters, a blank before and after each."""
        folded = [lexeme.folded for number in range(len(self.sentences)) for lexeme in self.lexemes_of(number)]
        return f" {' '.join(folded)} "

    def has_words(self, folded: Sequence[str]) -> bool:
        """Say whether the contexts have the words in this order, with nothing but signs between them."""
        return f" {' '.join(folded)} " in self._words

    @cached_property
    def _text(self) -> str:
        """The normalised contexts, one after the other."""
        return "\n\n".join([context.text for context in self.normalised])

    @cached_property
    def folded(self) -> str:
        """The same in small letters."""
        return self._text.casefold()

    def has_verbatim(self, sentence: str) -> bool:
        """Say whether a context has a whole sentence word for word. In long contexts it is not looked for."""
        text = self._text
        at = text.find(sentence) if len(text) <= _LONGEST_SEARCHED else -1
        while at >= 0 and not _is_whole(text, at, at + len(sentence)):
            at = text.find(sentence, at + 1)
        return at >= 0

    @cached_property
    def decimals(self) -> list[Fraction]:
        """All numbers of the contexts that are no integers, in order."""
        return sorted({key[1] for key in self.value_postings if key[0] == "number" and isinstance(key[1], Fraction)})

    def weight_of(self, key: Hashable) -> tuple[float, list[int]]:
        """Return the weight of an alignment key and the sentences that have it.

        The weight is the logarithm of one plus sentences over sentences that have the key.
        """
        numbers = self.postings.get(key, [])
        return log1p(len(self.sentences) / (1 + len(numbers))), numbers

    def sentences_of(self, context: int) -> range:
        """Return the sentences of a context."""
        first = bisect_left(self.sentences, context, key=itemgetter(0))
        return range(first, bisect_right(self.sentences, context, lo=first, key=itemgetter(0)))

    def text_of(self, number: int) -> str:
        """Return the normalised text of the context of sentence `number`."""
        return self.normalised[self.sentences[number].context].text

    def sentence(self, number: int) -> str:
        """Return the normalised text of a sentence."""
        context, start, end = self.sentences[number]
        return self.normalised[context].text[start:end]

    def tokens_of(self, number: int) -> list[Token]:
        """Return the tokens of a sentence with their places in the context's normalised text."""
        sentence = self.sentences[number]
        return tokenise(self.text_of(number), sentence.start, sentence.end, self.languages[sentence.context])

    def lexemes_of(self, number: int) -> list[Lexeme]:
        """Return the words and values of a sentence as they are written."""
        read = PIECES[self.languages[self.sentences[number].context]]
        return [lexeme for piece in pieces_of(self.sentence(number)) for lexeme, _, _ in read[piece].placed]

    def values_of(self, number: int) -> list[Value]:
        """Return the values of a sentence."""
        if number not in self.with_values:
            return []
        values = self._values.get(number)
        if values is None:
            language = self.languages[self.sentences[number].context]
            values = self._values[number] = read_values(self.text_of(number), self.tokens_of(number), language)
        return values

    def items_of(self, number: int) -> tuple[Items, dict[Hashable, list[int]]]:
        """Return the items of a sentence and the places of its keys."""
        known = self._items.get(number)
        if known is None:
            items = read_items(self.lexemes_of(number), self.values_of(number))
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


def _read_pieces(
    normalised: Sequence[NormalisedText], languages: Sequence[Language]
) -> tuple[list[SourceSentence], dict[Language, dict[str, list[int]]]]:
    """Return the sentences of all contexts and, for each language, the numbers of the sentences with each piece.

    A number is there as often as the sentence has the piece.
    """
    sentences: list[SourceSentence] = []
    occurrences: dict[Language, dict[str, list[int]]] = {language: defaultdict(list) for language in languages}
    for context, (language, text) in enumerate(zip(languages, normalised, strict=True)):
        numbers_of = occurrences[language]
        for start, end in _ranges(text.text):
            number = len(sentences)
            for piece in pieces_of(text.text[start:end]):
                numbers_of[piece].append(number)
            sentences.append(SourceSentence(context, start, end))
    return sentences, occurrences


def _is_whole(text: str, start: int, end: int) -> bool:
    """Say whether only the ends of other sentences are beside a part of a text."""
    while start and text[start - 1] == " ":
        start -= 1
    after = text[end : end + 2]
    begins = start == 0 or text[start - 1] in _BEFORE
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
