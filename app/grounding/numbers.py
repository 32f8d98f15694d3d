"""All values of a sentence, read from left to right; the longest reading at each place wins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from app.grounding.dates import CALENDAR_WORDS, read_date
from app.grounding.language import Language
from app.grounding.normalise import without_accents
from app.grounding.numerals import NUMERAL_WORDS
from app.grounding.quantities import QUANTITY_WORDS, ROMAN, read_quantity, spread_over_range
from app.grounding.times import CLOCK_WORDS
from app.grounding.tokens import Kind, Token
from app.grounding.values import Value

_NUMERIC = frozenset((Kind.NUMBER, Kind.CLOCK, Kind.DATE, Kind.SYMBOL))
_VALUE_WORDS = NUMERAL_WORDS | CALENDAR_WORDS | QUANTITY_WORDS | CLOCK_WORDS.keys()


def read_values(text: str, tokens: Sequence[Token], language: Language) -> list[Value]:
    """Return the values of the tokens of one sentence of `text`, in order, none overlapping another."""
    values: list[Value] = []
    position = 0
    while position < len(tokens):
        found = _read_at(text, tokens, position, language) if _may_begin(tokens[position]) else []
        for value in found:
            if values and values[-1].last == value.first:
                values[-1] = spread_over_range(text, values[-1], value)
            values.append(value)
        position = values[-1].last if found else position + 1
    return values


def _may_begin(token: Token) -> bool:
    """Say whether a value may begin with this token; nearly all words are passed over here."""
    if token.kind is Kind.WORD or token.kind is Kind.ACRONYM:
        return _is_value_word(token.text)
    return token.kind in _NUMERIC


@lru_cache(maxsize=1 << 16)
def _is_value_word(word: str) -> bool:
    plain = without_accents(word.casefold()).removesuffix("'s")
    return plain in _VALUE_WORDS or word.casefold() in _VALUE_WORDS or ROMAN.keys() >= set(word)


def _read_at(text: str, tokens: Sequence[Token], position: int, language: Language) -> list[Value]:
    dates = read_date(text, tokens, position, language)
    if dates:
        return dates
    quantity = read_quantity(text, tokens, position, language)
    return [quantity] if quantity else []
