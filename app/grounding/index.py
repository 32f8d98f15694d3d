"""The contexts of an answer, read once: every key that they offer, and where their words stand.

Each context is read on its own, and the index is the union: one more context can only add keys, so that it can take
away an absence flag but never add one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.grounding.claims import LINKS, Claim, Key
from app.grounding.language import Language, detect_language
from app.grounding.names import identifier_keys, initials, is_identifier, link_offers, parts_of
from app.grounding.normalise import NormalisedText, normalise
from app.grounding.numbers import read_values
from app.grounding.numerals import is_near
from app.grounding.scripts import is_hangul, pair_keys
from app.grounding.sentences import split_sentences
from app.grounding.tokens import Kind, Token, tokenise
from app.grounding.values import number_keys
from app.grounding.words import joined_keys, name_keys, plain_form, word_keys

# A word in more passages than this says nothing about where a claim belongs.
COMMON = 64
# Sentences longer than this (a JSON document is one sentence) are aligned in pieces, in code points.
_LONGEST_PASSAGE = 1000
# What may be written as one word with the word after it: user name, 2 MP.
_JOINING = frozenset((Kind.WORD, Kind.NUMBER))
_MOST_PART_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a context, or a piece of a long one: its range in the context's normalised text."""

    context: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class ContextIndex:
    """Everything that a set of contexts offers. Build it once with `build` and use it for many answers.

    `offered` are all keys; `passages` are the sentences, and `postings` says for each word in which of them it
    stands (at most `COMMON` + 1 are kept). The index is not changed after it was built and can be shared by threads.
    """

    normalised: tuple[NormalisedText, ...]
    contexts: tuple[str, ...]
    languages: tuple[Language, ...]
    offered: frozenset[Key]
    passages: tuple[Passage, ...]
    postings: dict[str, list[int]]

    @classmethod
    def build(cls, contexts: Sequence[str]) -> ContextIndex:
        """Read the contexts. Linear in their length.

        Raises:
            TypeError: `contexts` is one string, or holds something that is not a string.
        """
        _require_strings(contexts)
        normalised = tuple(normalise(context) for context in contexts)
        languages: list[Language] = []
        offered: set[Key] = set()
        passages: list[Passage] = []
        postings: dict[str, list[int]] = {}
        for number, context in enumerate(normalised):
            sentences = [tokenise(context.text, start, end) for start, end in split_sentences(context.text)]
            language = language_of(sentences)
            languages.append(language)
            for tokens in sentences:
                _offer_sentence(context.text, tokens, language, offered)
                _append_passages(number, tokens, language, passages, postings)
        return cls(normalised, tuple(contexts), tuple(languages), frozenset(offered), tuple(passages), postings)

    def carries(self, claim: Claim) -> bool:
        """Say whether the contexts carry the claim."""
        if claim.share == 1.0:
            return any(all(key in self.offered for key in keys) for keys in claim.alternatives)
        return any(sum(key in self.offered for key in keys) >= claim.share * len(keys) for keys in claim.alternatives)


def language_of(sentences: Sequence[Sequence[Token]]) -> Language:
    """Return the language of tokenised sentences."""
    words = (token.text for tokens in sentences for token in tokens if token.kind is Kind.WORD)
    return detect_language(plain_form(word) for word in words)


def _require_strings(contexts: Sequence[str]) -> None:
    if isinstance(contexts, (str, bytes)) or not isinstance(contexts, Sequence):
        raise TypeError(f"contexts must be a sequence of strings, got {type(contexts).__name__}; wrap a text in a list")
    for position, context in enumerate(contexts):
        if not isinstance(context, str):
            raise TypeError(f"contexts[{position}] must be a string, got {type(context).__name__}")


def _offer_sentence(text: str, tokens: Sequence[Token], language: Language, offered: set[Key]) -> None:
    """Add all keys of one sentence of a context."""
    for value in read_values(text, tokens, language):
        offered.update(value.offers)
    offered.update(initials(text, tokens))
    for position, token in enumerate(tokens):
        offered.update(_token_offers(token, language))
        before = tokens[position - 1] if position else None
        if before is None or token.kind is not Kind.WORD or before.kind not in _JOINING:
            continue
        if is_near(text, tokens, position):
            offered.update(joined_keys(before.text, token.text, language))


def _token_offers(token: Token, language: Language) -> Iterator[Key]:
    if token.kind is Kind.WORD:
        yield from word_keys(token.text, language)
        if is_identifier(token.text):
            yield identifier_keys(token.text)[0][0]
            yield from _part_offers(token.text, language)
        if is_hangul(token.text):
            yield from pair_keys(token.text)
    elif token.kind is Kind.ACRONYM:
        yield from word_keys(token.text, language)
        yield from word_keys(token.text.replace(".", ""), language)
    elif token.kind in (Kind.IDEOGRAPHS, Kind.SPACELESS):
        yield token.text
        yield from pair_keys(token.text)
        yield from (("pair", char) for char in token.text)
    elif token.kind is Kind.CODE:
        yield from name_keys(token.text, language)
        yield from _part_offers(token.text, language)
    elif token.kind is Kind.SYMBOL or token.kind is Kind.VERSION:
        yield from word_keys(token.text, language)
    elif token.kind in LINKS:
        yield from link_offers(token.text)
        yield from _part_offers(token.text, language)


def _part_offers(identifier: str, language: Language) -> Iterator[Key]:
    """Yield the keys of the words inside an identifier or an address, and of the neighbouring pairs."""
    parts = parts_of(identifier)
    for part in parts:
        yield from word_keys(part, language)
        if part.isdecimal() and len(part) <= _MOST_PART_DIGITS:
            yield from number_keys(int(part))
    for before, after in pairwise(parts):
        yield before.casefold() + after.casefold()


def _append_passages(
    context: int,
    tokens: Sequence[Token],
    language: Language,
    passages: list[Passage],
    postings: dict[str, list[int]],
) -> None:
    """Append the passages of one sentence, and enter its words under them."""
    for piece in _pieces(tokens):
        number = len(passages)
        passages.append(Passage(context, piece[0].start, piece[-1].end))
        for key in {key for token in piece if token.kind is Kind.WORD for key in name_keys(token.text, language)}:
            entered = postings.setdefault(key, [])
            if len(entered) <= COMMON:
                entered.append(number)


def _pieces(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield the tokens of a sentence, cut where they reach further than the longest passage."""
    first = 0
    for position, token in enumerate(tokens):
        if token.end - tokens[first].start > _LONGEST_PASSAGE and position > first:
            yield tokens[first:position]
            first = position
    if tokens:
        yield tokens[first:]
