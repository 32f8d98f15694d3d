"""All values of a sentence, read from left to right; the longest reading at each place wins."""

from __future__ import annotations

from collections.abc import Sequence

from app.grounding.lexicon.value_words import AFTER_ARTICLES
from app.grounding.text.language import Language
from app.grounding.text.tokens import Token
from app.grounding.values.dates import read_date
from app.grounding.values.quantities import read_quantity, spread_over_range
from app.grounding.values.values import Value

_ARTICLES = frozenset(("a", "an"))


def read_values(text: str, tokens: Sequence[Token], language: Language) -> list[Value]:
    """Return the values of the tokens of one sentence of `text`, in order, none overlapping another."""
    values: list[Value] = []
    last = 0
    for position in [position for position, token in enumerate(tokens) if token.lexeme.begins_value]:
        if position < last or not _may_begin(tokens, position):
            continue
        for value in _read_at(text, tokens, position, language):
            if values and last == value.first:
                values[-1] = spread_over_range(text, values[-1], value)
            values.append(value)
            last = value.last
    return values


def _may_begin(tokens: Sequence[Token], position: int) -> bool:
    """Say whether a word that begins values begins one here: "a" before "dozen", "I" after "Chapter"."""
    lexeme = tokens[position].lexeme
    if lexeme.folded in _ARTICLES:
        return position + 1 < len(tokens) and tokens[position + 1].lexeme.folded in AFTER_ARTICLES
    return lexeme.folded != "i" or position > 0


def _read_at(text: str, tokens: Sequence[Token], position: int, language: Language) -> list[Value]:
    dates = read_date(text, tokens, position, language)
    if dates:
        return dates
    quantity = read_quantity(text, tokens, position, language)
    return [quantity] if quantity else []
