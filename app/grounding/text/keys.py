"""The keys that claims and offers share: strings for words, tuples for everything else.

Tuples begin with their sort: ("number", 50), ("percent", 50), ("money", "EUR", 50), ("time", minutes of the day,
seconds), ("date", 2024, 3, 5), ("month_day", 3, 5), ("weekday", 1 for Monday), ("link", address),
("pair", two ideographs).
"""

from __future__ import annotations

from fractions import Fraction

Number = int | Fraction | str  # a string where digits are no number: a version, or more digits than are compared
ValueKey = tuple[str | int | Fraction, ...]
Key = str | tuple[object, ...]


def number_keys(number: Number) -> tuple[ValueKey, ...]:
    """Return what a bare number offers."""
    return (("number", number), ("unmarked", number))
