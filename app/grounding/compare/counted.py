"""Numbers that the sources have, but not of this: "25 days" where they say 27 days, and the 25th elsewhere."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from app.grounding.compare.contradictions import Contradiction
from app.grounding.compare.index import COMMON, ContextIndex
from app.grounding.compare.items import Items
from app.grounding.values.values import Value

# The noun of a number is at most this many items behind it: "25 paid days".
_REACH = 2


def miscounted(items: Items, index: ContextIndex, similar: Sequence[int]) -> Iterator[Contradiction]:
    """Yield the numbers of a sentence that every source sentence about their noun replaces by another number.

    `similar` are the source sentences that are nearest, the best first.
    """
    for item, value in enumerate(items.values):
        if value is None or value.kind != "number" or value.vague:
            continue
        rival = _other_count(items, item, value, index, similar)
        if rival is not None and index.carries(value):
            sentence, place = rival
            yield Contradiction("number_mismatch", item, item + 1, place, place + 1, sentence)


def _other_count(
    items: Items, item: int, value: Value, index: ContextIndex, similar: Sequence[int]
) -> tuple[int, int] | None:
    """Return where a source counts the same noun with another number; None where one has the number beside it."""
    nouns = {items.keys[place] for place in range(item + 1, item + 1 + _REACH) if _is_noun(items, place)}
    sentences = {number for noun in nouns for number in index.postings.get(noun, ())}
    if len(sentences) > COMMON:
        return None
    rivals: list[tuple[int, int]] = []
    for number in sorted(sentences, key=lambda one: similar.index(one) if one in similar else len(similar)):
        source, _ = index.items_of(number)
        if any(value.is_carried_by(other) for other in index.values_of(number)):
            return None
        rivals += [(number, place) for place in range(len(source.keys)) if _counts(source, place, nouns)]
    return rivals[0] if rivals and rivals[0][0] in similar else None


def _is_noun(items: Items, place: int) -> bool:
    return place < len(items.keys) and items.contents[place] and items.values[place] is None


def _counts(source: Items, place: int, nouns: set[Hashable]) -> bool:
    value = source.values[place]
    is_number = value is not None and value.kind == "number"
    return is_number and not nouns.isdisjoint(source.keys[place + 1 : place + 1 + _REACH])
