"""All values of a sentence, read from left to right; the longest reading at each place wins."""

from __future__ import annotations

from collections.abc import Sequence

from app.grounding.lexicon.lexicon import Language
from app.grounding.text.tokens import Token
from app.grounding.values.dates import read_date
from app.grounding.values.numerals import Sentence
from app.grounding.values.quantities import read_quantity, spread_over_range
from app.grounding.values.values import Value


def read_values(text: str, tokens: Sequence[Token], language: Language) -> list[Value]:
    """Return the values of the tokens of one sentence of `text`, in order, none overlapping another."""
    sentence = Sentence(text, tokens, language)
    values: list[Value] = []
    last = 0
    for position in [position for position, token in enumerate(tokens) if token.lexeme.begins_value]:
        if position < last:
            continue
        found = read_date(sentence, position)
        if not found and (quantity := read_quantity(sentence, position)):
            found = [quantity]
        for value in found:
            if values and last == value.first:
                values[-1] = spread_over_range(text, values[-1], value)
            values.append(value)
            last = value.last
    return values
