"""The comparable values of a sentence: what each claims, and what it offers to the claims of others.

A claim is stated when all keys of one of its alternatives are offered by some context. That is how 2 pm meets 14:00,
how 9:15 may be morning or evening, and how a date is stated by its day and month in one place and its year in
another.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from app.grounding.text.keys import Number, ValueKey
from app.grounding.text.tokens import Token

ValueKind = Literal["number", "percent", "money", "time", "date"]


class Value(NamedTuple):
    """A value of the tokens [first, last): its range in the normalised text, what it claims and what it offers.

    `vague` marks words that are values only at times ("first", "second"). `number` is what a number, percentage or
    amount of money is worth. `is_count` marks a small number that a writer gets by counting what is listed: "two
    plans", "the next 5 days". `words` are the alignment keys of the words and numbers it is made of.
    """

    kind: ValueKind
    first: int
    last: int
    start: int
    end: int
    claims: tuple[tuple[ValueKey, ...], ...]
    offers: tuple[ValueKey, ...]
    vague: bool = False
    number: Number | None = None
    is_count: bool = False
    words: tuple[str, ...] = ()

    @property
    def amount(self) -> Fraction | None:
        """What the value is worth for arithmetic; None for dates, times, versions and endless digits."""
        return None if self.number is None or isinstance(self.number, str) else Fraction(self.number)

    def is_stated_by(self, other: Value) -> bool:
        """Say whether another value states this one: 1.5 million states 1,500,000."""
        return any(all(key in other.offers for key in keys) for keys in self.claims)


def make_value(
    kind: ValueKind,
    tokens: Sequence[Token],
    span: tuple[int, int],
    claims: Sequence[tuple[ValueKey, ...]],
    offers: Sequence[ValueKey],
    vague: bool = False,
    number: Number | None = None,
    is_count: bool = False,
) -> Value:
    """Return the value of the tokens [span[0], span[1])."""
    first, last = span
    start, end = tokens[first].start, tokens[last - 1].end
    lexemes = [token.lexeme for token in tokens[first:last]]
    words = tuple([lexeme.aligned for lexeme in lexemes if lexeme.begins_value and lexeme.content])
    distinct = tuple(dict.fromkeys(claims)), tuple(dict.fromkeys(offers))
    return Value(kind, first, last, start, end, *distinct, vague, number, is_count, words)
