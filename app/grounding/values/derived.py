"""Numbers that no context has and that yet follow from those that it has: rounded, scaled by a table's head, converted.

9.04 gives 9; 7,442 in a table "in millions" gives $7,442 million; 90 minutes give 1.5 hours, 80 °F give 26 °C; 31
and 13 give a total of 44. Not covered: differences, means and percentages. They took hardly a wrong flag away, and
hid wrong numbers (docs/decisions.md).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from app.grounding.compare.index import COMMON, ContextIndex
from app.grounding.compare.items import Items
from app.grounding.lexicon.opposites import UNIT_SIZES
from app.grounding.values.values import Value

# A rounded number may differ from its source by this share at most, or 2.5 would round to 3.
_ROUNDING = Fraction(4, 100)
# A converted one is written with as many digits as its writer likes: 1,000 miles are 1,600 km.
_CONVERSION = Fraction(1, 100)
# Sentences of each context from which a number may be converted.
_SENTENCES = 2
# Items of the answer's sentence that are looked at, and numbers that may be added up.
_LONGEST_SENTENCE, _MOST_ADDED = 80, 12
# The stems of the words by which a sentence says that it adds.
_TOTALS = frozenset("total sum togeth combin altogeth insgesamt summ zusamm ensembl suma junt".split())
_SCALES = {"thousand": 1000, "million": 10**6, "billion": 10**9}


class _Quantity(NamedTuple):
    """An amount of a unit, which has the `size` of so many of the first unit of its dimension."""

    dimension: str
    size: int | Fraction
    amount: Fraction


def follows(value: Value, items: Items, position: int, index: ContextIndex) -> bool:
    """Say whether the number at token `position` follows from the contexts."""
    number = value.amount
    if number is None:
        return False
    scaled = any(("number", number / scale) in index.value_postings for scale in _scales(index))
    if scaled or _is_rounded(number, index.decimals) or is_converted(items, position, index):
        return True
    return _adds(items) and any(_is_total(number, index.items_of(at)[0]) for at in _likely_sentences(items, index))


def replaces(value: Value, source: Items, rival: int, items: Items, position: int, index: ContextIndex) -> bool:
    """Say whether a number may be in the place of the `rival` item of its source: rounded, converted, or scaled."""
    number, theirs = value.amount, source.values[rival]
    if number is None:
        return False
    exact = theirs.amount if theirs else None
    return (
        (exact is not None and _is_rounded(number, [exact]))
        or any(number == amount * scale for amount in _amounts(source) for scale in _scales(index))
        or _is_same_quantity(_quantity(items, position), _quantity(source, source.firsts[rival]))
        or (_adds(items) and _is_total(number, source))
    )


def is_converted(items: Items, position: int, index: ContextIndex) -> bool:
    """Say whether a likely source sentence has the quantity of the number or unit at a token in another unit."""
    ours = _quantity(items, position)
    return ours is not None and any(
        _is_same_quantity(ours, _quantity(source, first))
        for number in _likely_sentences(items, index)
        for source in (index.items_of(number)[0],)
        for first, value in zip(source.firsts, source.values, strict=True)
        if value is not None
    )


def _scales(index: ContextIndex) -> list[int]:
    """Return the scales that the contexts name, maybe in the head of a table."""
    return [scale for word, scale in _SCALES.items() if word in index.offered]


def _amounts(source: Items) -> list[Fraction]:
    return [amount for value in source.values if value and (amount := value.amount) is not None]


def _adds(items: Items) -> bool:
    """Say whether a sentence gives a total."""
    return not _TOTALS.isdisjoint(items.keys[:_LONGEST_SENTENCE])


def _is_total(number: Fraction, source: Items) -> bool:
    """Say whether a number is the sum of two or of all numbers of a source sentence."""
    amounts = _amounts(source)[:_MOST_ADDED]
    return len(amounts) > 1 and number in {sum(amounts), *map(sum, combinations(amounts, 2))}


def _likely_sentences(items: Items, index: ContextIndex) -> list[int]:
    """Return, for each context, its sentences that share most words with the answer's sentence.

    Each context is looked at on its own, so that one more never takes a conversion away.
    """
    shared: dict[int, Counter[int]] = {}
    content = zip(items.keys[:_LONGEST_SENTENCE], items.contents, strict=False)
    for key in dict.fromkeys(key for key, has_content in content if has_content):
        for number in index.postings.get(key, [])[:COMMON]:
            shared.setdefault(index.sentences[number].context, Counter())[number] += 1
    return [
        number
        for counts in shared.values()
        for number in sorted(counts, key=lambda number: (-counts[number], number))[:_SENTENCES]
    ]


def _is_rounded(number: Fraction, decimals: Sequence[Fraction]) -> bool:
    """Say whether a source has a decimal number that gives this one when it is rounded or cut off."""
    unit = Fraction(1, number.denominator)
    at = bisect_left(decimals, number - unit)
    while at < len(decimals) and decimals[at] < number + unit:
        exact = decimals[at]
        close = abs(exact - number) * 2 <= unit or 0 <= abs(exact) - abs(number) < unit
        if close and exact.denominator > number.denominator and abs(exact - number) <= _ROUNDING * abs(exact):
            return True
        at += 1
    return False


def _quantity(items: Items, position: int) -> _Quantity | None:
    """Return the quantity whose number or unit is at a token; a word may be between them ("80 degrees Celsius")."""
    item = bisect_right(items.firsts, position) - 1
    for place in range(item, max(-1, item - 3), -1):
        value = items.values[place]
        if value is not None and (amount := value.amount) is not None:
            units = [UNIT_SIZES.get(key) for key in items.keys[place + 1 : place + 3] if isinstance(key, str)]
            unit = next((unit for unit in units if unit), None)
            return _Quantity(*unit, amount) if unit else None
    return None


def _is_same_quantity(ours: _Quantity | None, theirs: _Quantity | None) -> bool:
    """Say whether a quantity is another one in a different unit, to the precision in which it is written."""
    if ours is None or theirs is None or ours.dimension != theirs.dimension or ours.size == theirs.size:
        return False
    exact = theirs.amount * theirs.size / ours.size
    if ours.dimension == "temperature":
        exact += Fraction(-160, 9) if ours.size == 1 else 32
    if exact.denominator == 1:
        return ours.amount == exact
    unit, over = Fraction(1, ours.amount.denominator), abs(ours.amount) - abs(exact)
    return abs(over) <= max(unit / 2, _CONVERSION * abs(exact)) or -unit < over < 0  # rounded or cut off
