"""The comparable values of a sentence: what each claims, and what it offers to the claims of others.

A claim is carried when all keys of one of its alternatives are offered by some context. That is how 2 pm meets 14:00,
how 9:15 may be morning or evening, and how a date is carried by its day and month in one place and its year in
another.

Keys are tuples that begin with their sort: ("number", 50), ("percent", 50), ("money", "EUR", 50),
("time", minutes of the day, seconds), ("date", 2024, 3, 5), ("month_day", 3, 5), ("weekday", 0 for Monday).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from app.grounding.tokens import Token

Number = int | Fraction | str  # a string where digits are no number: a version, or more digits than are compared
ValueKey = tuple[str | int | Fraction, ...]
ValueKind = Literal["number", "percent", "money", "time", "date"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the tokens [first, last): its range in the normalised text, what it claims and what it offers.

    `vague` marks words that are values only at times ("first", "second", "Sun").
    """

    kind: ValueKind
    first: int
    last: int
    start: int
    end: int
    claims: tuple[tuple[ValueKey, ...], ...]
    offers: tuple[ValueKey, ...]
    vague: bool = False


def make_value(
    kind: ValueKind,
    tokens: Sequence[Token],
    span: tuple[int, int],
    claims: Sequence[tuple[ValueKey, ...]],
    offers: Sequence[ValueKey],
    vague: bool = False,
) -> Value:
    """Return the value of the tokens [span[0], span[1])."""
    first, last = span
    start, end = tokens[first].start, tokens[last - 1].end
    return Value(kind, first, last, start, end, tuple(dict.fromkeys(claims)), tuple(dict.fromkeys(offers)), vague)


def number_keys(number: Number) -> tuple[ValueKey, ...]:
    """Return what a bare number offers."""
    return (("number", number), ("unmarked", number))
