"""Numbers that stand nowhere in the contexts and yet follow from them: rounded, converted, added up, compared.

9.04 gives 9; 90 minutes give 1.5 hours; 7,442 in a table "in millions" gives $7,442 million; 31 and 13 give a total
of 44; 25 of 200 give 12.5%. Sums and ratios are looked for only between numbers of the likeliest source sentences,
and only where the answer says that it adds or compares: of many numbers any other can be made.
Not covered: chains of steps, interest, calendars.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from app.grounding.compare.index import COMMON, ContextIndex
from app.grounding.compare.items import Items
from app.grounding.values.values import Value

# A rounded number may differ from its source by this share at most, or 2.5 would round to 3.
_ROUNDING = Fraction(4, 100)
_MOST_OPERANDS = 12
# Sentences of each context from which a number may be derived.
_SENTENCES = 2
_LARGEST_COUNT = 12
_SCALES = {"thousand": 1000, "million": 10**6, "billion": 10**9}
# By alignment keys (stems).
_COMPUTES = frozenset(
    """
    total sum togeth combin altogeth all differ more less fewer increas decreas rise fall grow grew drop remain left
    averag mean ratio share rate percent percentag net gain over overal both twice doubl tripl half higher lower
    larger smaller longer shorter up down chang growth declin reduct
    """.split()
)
# Those after which a number that no source has is expected.
_TOTALS = frozenset("total sum togeth combin altogeth averag mean".split())
_SIZES: dict[str, tuple[str, Fraction]] = {
    word: (dimension, Fraction(size))
    for dimension, units in {
        "time": "second 1 minut 60 hour 3600 day 86400 week 604800 fortnight 1209600",
        "months": "month 1 quarter 3 year 12 decad 120 centuri 1200",
        "length": "millimet 1 mm 1 centimet 10 cm 10 meter 1000 metr 1000 m 1000 kilomet 1000000 km 1000000",
        "mass": "milligram 1 mg 1 gram 1000 g 1000 kilogram 1000000 kg 1000000 tonn 1000000000",
        "bytes": "kilobyt 1 kb 1 megabyt 1000 mb 1000 gigabyt 1000000 gb 1000000 terabyt 1000000000 tb 1000000000",
        "volume": "millilit 1 ml 1 liter 1000 litr 1000 l 1000",
    }.items()
    for word, size in zip(units.split()[::2], units.split()[1::2], strict=True)
}


def _sentences_by_context(strand: Items, index: ContextIndex) -> list[list[int]]:
    """Return, for each context, its sentences that share most words with the answer's sentence.

    Each context is looked at on its own, so that one more never takes a derivation away.
    """
    shared: dict[int, dict[int, int]] = {}
    for key in {key for key, content in zip(strand.keys, strand.contents, strict=True) if content}:
        for number in index.postings.get(key, [])[:COMMON]:
            counts = shared.setdefault(index.sentences[number].context, {})
            counts[number] = counts.get(number, 0) + 1
    return [sorted(counts, key=lambda number: (-counts[number], number))[:_SENTENCES] for counts in shared.values()]


def follows(value: Value, strand: Items, position: int, index: ContextIndex) -> bool:
    """Say whether the number at token `position` follows from the contexts."""
    number = value.amount
    if number is None:
        return False
    if _is_scaled(number, index) or _is_rounded(number, index.decimals):
        return True
    if is_converted(strand, position, index):
        return True
    if value.kind != "percent" and _COMPUTES.isdisjoint(key for key in strand.keys if isinstance(key, str)):
        return False
    return any(
        _meets(number, result)
        for sentences in _sentences_by_context(strand, index)
        for result in _results(value, index, sentences)
    )


def replaces(value: Value, source: Items, rival: int, strand: Items, position: int, index: ContextIndex) -> bool:
    """Say whether a number may stand in the place of the `rival` item of its source.

    It may when it is that number rounded, a number of the same source sentence scaled, or the total of several.
    """
    number = value.amount
    if number is None:
        return False
    others = {
        item: amount for item, other in enumerate(source.values) if other and (amount := other.amount) is not None
    }
    if rival in others and _is_rounded(number, [others[rival]]):
        return True
    if any(
        number == other * scale and word in index.offered
        for other in others.values()
        for word, scale in _SCALES.items()
    ):
        return True
    return not _TOTALS.isdisjoint(strand.keys) and follows(value, strand, position, index)


def is_count(value: Value) -> bool:
    """Say whether a number is one that a writer gets by counting what is listed: "two plans", "three steps"."""
    return (
        value.kind == "number" and value.scale == 1 and value.number in range(_LARGEST_COUNT + 1) and not value.digits
    )


def _is_scaled(number: Fraction, index: ContextIndex) -> bool:
    """Say whether a table whose head names a scale has the number: 7,442 "in millions"."""
    return any(
        word in index.offered and ("number", number / scale) in index.value_postings for word, scale in _SCALES.items()
    )


def _is_rounded(number: Fraction, decimals: Sequence[Fraction]) -> bool:
    """Say whether a source has a decimal number that gives this one when it is rounded or cut off."""
    unit = Fraction(1, number.denominator if number.denominator > 1 else 1)
    at = bisect_left(decimals, number - unit)
    while at < len(decimals) and decimals[at] < number + unit:
        exact = decimals[at]
        close = abs(exact - number) * 2 <= unit or 0 <= abs(exact) - abs(number) < unit
        if close and exact.denominator > number.denominator and abs(exact - number) <= _ROUNDING * abs(exact):
            return True
        at += 1
    return False


def is_converted(strand: Items, position: int, index: ContextIndex) -> bool:
    """Say whether a likely source sentence has the quantity at token `position` in another unit."""
    item = bisect_right(strand.firsts, position) - 1
    ours = _quantity(strand, item) if item >= 0 else None
    return ours is not None and any(
        other is not None and _quantity(source, place) == ours
        for sentences in _sentences_by_context(strand, index)
        for source in (index.items_of(number)[0] for number in sentences)
        for place, other in enumerate(source.values)
    )


def _quantity(strand: Items, item: int) -> tuple[str, Fraction] | None:
    """Return the dimension of a value's unit and the value in the smallest unit of it."""
    value = strand.values[item]
    amount = value.amount if value else None
    key = strand.keys[item + 1] if item + 1 < len(strand.keys) else None
    unit = _SIZES.get(key) if isinstance(key, str) else None
    return (unit[0], unit[1] * amount) if unit and amount is not None else None


def _results(value: Value, index: ContextIndex, sentences: Sequence[int]) -> Iterator[Fraction]:
    """Yield what sums, differences, means and ratios of the sources' numbers give."""
    operands = [
        amount
        for sentence in sentences
        for other in index.items_of(sentence)[0].values
        if other and (amount := other.amount) is not None
    ][:_MOST_OPERANDS]
    if len(operands) > 2:
        yield sum(operands, Fraction(0))
        yield sum(operands, Fraction(0)) / len(operands)
    for one, other in combinations(operands, 2):
        if value.kind == "percent":
            yield from _percentages(one, other)
        else:
            yield one + other
            yield abs(one - other)
            yield (one + other) / 2


def _percentages(one: Fraction, other: Fraction) -> Iterator[Fraction]:
    yield abs(one - other)
    for part, whole in ((one, other), (other, one)):
        if whole:
            yield 100 * part / whole
            yield abs(100 * (part - whole) / whole)


def _meets(number: Fraction, result: Fraction) -> bool:
    """Say whether a result gives the number at the precision in which it is written."""
    unit = Fraction(1, number.denominator)
    return abs(result - number) * 2 <= unit and (result == number or abs(result - number) <= _ROUNDING * abs(result))
