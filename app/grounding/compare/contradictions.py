"""Where an answer's sentence says something else than the source sentence beside which it stands.

Only what stands in the same slot is compared: two words, names or values between the same neighbours, a polarity on
the same word, a bound on the same number. A sentence in other words has no such slots and is left alone. Not covered:
contradictions that take knowledge of the world, and those spread over several sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.grounding.compare.align import Gap, gaps_between
from app.grounding.compare.items import Items
from app.grounding.lexicon.opposites import (
    AT_LEAST,
    AT_MOST,
    GENERIC_NAMES,
    OPPOSITES,
    REPORTING,
    are_opposite,
    are_rival_units,
)
from app.grounding.reasons import FlagReason
from app.grounding.text.keys import Key
from app.grounding.text.scan import LINKS, Kind
from app.grounding.text.words import word_keys
from app.grounding.values.values import Value

Pairs = Sequence[tuple[int, int]]

# Names longer than this, in items, are titles and lists.
_LONGEST_NAME = 4
_BOUND_REACH = 3
# Aligned pairs within two items of a denied word, itself included, that make its place sure.
_NEGATION_FLANKS = 2
_SIGNS = {"≥": 1, ">": 1, "≤": -1, "<": -1}
_COMPARABLE = {
    "number": frozenset(("number", "percent", "money")),
    "percent": frozenset(("number", "percent")),
    "money": frozenset(("number", "money")),
    "time": frozenset(("time",)),
    "date": frozenset(("date",)),
}


class Contradiction(NamedTuple):
    """The items [a_first, a_last) of the answer against the items [b_first, b_last) of the source."""

    reason: FlagReason
    a_first: int
    a_last: int
    b_first: int
    b_last: int


def find_contradictions(answer: Items, source: Items, pairs: Pairs) -> list[Contradiction]:
    """Return where two aligned sentences contradict each other."""
    gaps = gaps_between(pairs, len(answer.keys), len(source.keys))
    found: list[Contradiction] = []
    for gap in gaps:
        if gap.left + gap.right < 2:
            continue
        found.extend(_values(answer, source, gap))
        found.extend(_units(answer, source, gap))
        found.extend(_opposites(answer, source, gap))
        found.extend(_names(answer, source, gap))
    found.extend(bounds_turned(answer, source, pairs))
    found.extend(_negations(answer, source, pairs))
    found.extend(turned_round(answer, source, pairs))
    found.extend(_moved_opposites(answer, source, pairs, found))
    return found


def _values(answer: Items, source: Items, gap: Gap) -> Iterator[Contradiction]:
    """Yield a value that stands where the source has another."""
    ours = [item for item in range(gap.a_first, gap.a_last) if answer.values[item]]
    theirs = [item for item in range(gap.b_first, gap.b_last) if source.values[item]]
    if not ours or not theirs or len(ours) > len(theirs) + 1:
        return
    for place, item in enumerate(ours):
        value = answer.values[item]
        if value is None:
            continue
        rivals = [other for other in theirs if (rival := source.values[other]) and is_comparable(value, rival)]
        if not rivals:
            continue
        if any(value.is_carried_by(carrier) for other in theirs if (carrier := source.values[other]) is not None):
            continue
        partner = rivals[min(place, len(rivals) - 1)]
        if not _holds(answer, source, gap, item, partner):
            continue
        reason: FlagReason = "date_mismatch" if value.kind == "date" else "number_mismatch"
        if _same_number(value, source.values[partner]):
            reason = "unit_mismatch"
        yield Contradiction(reason, item, item + 1, partner, partner + 1)


def is_comparable(value: Value, other: Value) -> bool:
    """Say whether two values may stand for the same thing: a number and a price, not a date and a time."""
    return other.kind in _COMPARABLE[value.kind]


def _same_number(value: Value, other: Value | None) -> bool:
    """Say whether two values are one number of different things: $5 and €5."""
    if other is None or "money" not in (value.kind, other.kind):
        return False
    numbers = {key[-1] for keys in value.claims for key in keys}
    return any(key[-1] in numbers for key in other.offers)


def _holds(answer: Items, source: Items, gap: Gap, item: int, rival: int) -> bool:
    """Say whether the two items touch an aligned neighbour on the same side, or the slots are nearly as small."""
    before = item == gap.a_first and rival == gap.b_first and gap.left > 0
    after = item + 1 == gap.a_last and rival + 1 == gap.b_last and gap.right > 0
    small = gap.a_last - gap.a_first <= 3 and gap.b_last - gap.b_first <= 3 and gap.left > 0 and gap.right > 0
    same_noun = (
        item + 1 < len(answer.keys)
        and rival + 1 < len(source.keys)
        and answer.contents[item + 1]
        and answer.keys[item + 1] == source.keys[rival + 1]
    )
    return before or after or small or same_noun


def _units(answer: Items, source: Items, gap: Gap) -> Iterator[Contradiction]:
    """Yield a unit that stands where the source has another of its kind."""
    for item, other in _slot_pairs(gap):
        one, two = answer.keys[item], source.keys[other]
        if not isinstance(one, str) or not isinstance(two, str) or not are_rival_units(one, two):
            continue
        if not _is_same_word(answer, item, source, other):
            first = item - 1 if item and answer.values[item - 1] else item
            yield Contradiction("unit_mismatch", first, item + 1, other, other + 1)


def _moved_opposites(
    answer: Items, source: Items, pairs: Pairs, found: Sequence[Contradiction]
) -> Iterator[Contradiction]:
    """Yield an opposite in another order of the words: "they approved it", "it was rejected by them"."""
    aligned = {item for item, _ in pairs}
    flagged = {item for one in found for item in range(one.a_first, one.a_last)}
    for item, one in enumerate(answer.keys):
        if item in aligned or item in flagged or not isinstance(one, str) or not answer.contents[item]:
            continue
        rivals = OPPOSITES.get(one)
        if not rivals or one in source.keys:
            continue
        for other, two in enumerate(source.keys):
            same_polarity = answer.polarities[item] == source.polarities[other]
            if two in rivals and two not in answer.keys and same_polarity:
                yield Contradiction("antonym", item, item + 1, other, other + 1)
                break


def _is_same_word(answer: Items, item: int, source: Items, other: int) -> bool:
    """Say whether two items are forms of one word, in the widest sense: km and kilometre, Dr. and Doctor."""
    one, two = answer.lexemes[answer.firsts[item]], source.lexemes[source.firsts[other]]
    return not frozenset(word_keys(one.surface, "en")).isdisjoint(word_keys(two.surface, "en"))


def _opposites(answer: Items, source: Items, gap: Gap) -> Iterator[Contradiction]:
    """Yield a word that stands where the source has its opposite."""
    for item in range(gap.a_first, gap.a_last):
        one = answer.keys[item]
        if not isinstance(one, str) or answer.values[item]:
            continue
        for other in range(gap.b_first, gap.b_last):
            two = source.keys[other]
            if not isinstance(two, str) or source.values[other] or not are_opposite(one, two):
                continue
            # "not allowed" for "forbidden": the two denials cancel out.
            if answer.polarities[item] == source.polarities[other]:
                yield Contradiction("antonym", item, item + 1, other, other + 1)


def _slot_pairs(gap: Gap) -> Iterator[tuple[int, int]]:
    """Yield the items that hold the same place in a slot, counted from its left end, then from its right end."""
    yield from zip(range(gap.a_first, gap.a_last), range(gap.b_first, gap.b_last), strict=False)
    if gap.a_last - gap.a_first != gap.b_last - gap.b_first and gap.a_last > gap.a_first and gap.b_last > gap.b_first:
        yield gap.a_last - 1, gap.b_last - 1


def _names(answer: Items, source: Items, gap: Gap) -> Iterator[Contradiction]:
    """Yield a name that stands where the source has another."""
    ours = [item for item in range(gap.a_first, gap.a_last) if is_name_item(answer, item)]
    theirs = [item for item in range(gap.b_first, gap.b_last) if is_name_item(source, item)]
    if not ours or not theirs or not gap.left or not gap.right or gap.left + gap.right < 3:
        return
    if gap.a_last - gap.a_first > _LONGEST_NAME or gap.b_last - gap.b_first > _LONGEST_NAME:
        return
    if _may_be_the_same(answer, source, ours, theirs) or _is_generic(source, theirs):
        return
    if all(answer.keys[item] in source.keys for item in ours):
        return  # in another place of the same sentence: a list or a table
    reason: FlagReason = "attribution" if _is_reported(answer, gap) else "entity_mismatch"
    yield Contradiction(reason, ours[0], ours[-1] + 1, theirs[0], theirs[-1] + 1)


def is_name_item(items: Items, item: int) -> bool:
    """Say whether an item is written like a name: with a capital inside the sentence, as code, as an address."""
    if items.values[item] is not None:
        return False
    lexeme = items.lexemes[items.firsts[item]]
    if lexeme.kind in LINKS or lexeme.kind is Kind.CODE:
        return True
    return lexeme.content and lexeme.text[0].isupper() and (item > 0 or lexeme.text.isupper())


def _may_be_the_same(answer: Items, source: Items, ours: Sequence[int], theirs: Sequence[int]) -> bool:
    """Say whether two names may be one: a common word, an acronym, a longer and a shorter form."""
    one = [answer.lexemes[answer.firsts[item]] for item in ours]
    two = [source.lexemes[source.firsts[item]] for item in theirs]
    if any(_is_same_word(answer, item, source, other) for item in ours for other in theirs):
        return True
    names = ("".join(lexeme.folded for lexeme in one), "".join(lexeme.folded for lexeme in two))
    initials = ("".join(lexeme.folded[0] for lexeme in one), "".join(lexeme.folded[0] for lexeme in two))
    return names[0] == initials[1] or names[1] == initials[0] or names[0][:4] == names[1][:4] or names[0] in names[1]


def _is_generic(source: Items, theirs: Sequence[int]) -> bool:
    """Say whether the source names the thing by what it is: "the Company" for what the answer calls by its name."""
    return len(theirs) == 1 and source.lexemes[source.firsts[theirs[0]]].folded in GENERIC_NAMES


def _is_reported(answer: Items, gap: Gap) -> bool:
    """Say whether a verb of saying stands beside the slot."""
    around = (*range(max(0, gap.a_first - 2), gap.a_first), *range(gap.a_last, min(len(answer.keys), gap.a_last + 2)))
    return any(answer.keys[item] in REPORTING for item in around)


def bounds_turned(answer: Items, source: Items, pairs: Pairs) -> Iterator[Contradiction]:
    """Yield a number with a bound that the source puts on the other side: at least 5, at most 5."""
    for item, other in pairs:
        if answer.values[item] is None or source.values[other] is None:
            continue
        if _bound(answer, item) * _bound(source, other) < 0:
            yield Contradiction("comparison", max(0, item - 1), item + 1, other, other + 1)


def _bound(items: Items, item: int) -> int:
    """Return 1 where the value is a lower bound, -1 where it is an upper bound, 0 where it is neither."""
    before = items.lexemes[items.firsts[item] - 1].text if items.firsts[item] else ""
    direction = _SIGNS.get(before, 0)
    for place in (*range(max(0, item - _BOUND_REACH), item), *range(item + 1, min(len(items.keys), item + 4))):
        key = items.keys[place]
        if items.values[place] is not None:
            if place < item:
                direction = 0
                continue
            break
        if place > item and not _follows_or(items, item, place) and key not in ("minimum", "maximum"):
            continue
        turned = -1 if _denied(items, place) else 1
        if key == "than" or not isinstance(key, str):
            continue
        if key in AT_LEAST:
            direction = turned
        elif key in AT_MOST:
            direction = -turned
        elif key == "to" and place == item - 1 and place and items.keys[place - 1] == "up":
            direction = -1
    return direction


def _follows_or(items: Items, item: int, place: int) -> bool:
    return any(items.keys[between] == "or" for between in range(item + 1, place))


def _denied(items: Items, item: int) -> bool:
    """Say whether a negation stands right before an item, stop words included: "no more than", "not exceed"."""
    first = items.firsts[item]
    return first > 0 and (items.lexemes[first - 1].negates or items.lexemes[first - 1].contracts_not)


def _negations(answer: Items, source: Items, pairs: Pairs) -> Iterator[Contradiction]:
    """Yield an aligned word that one side denies and the other does not, where the two sentences do so as a whole."""
    if not pairs:
        return
    whole = sum(answer.polarities[pairs[0][0] : pairs[-1][0] + 1]) + sum(
        source.polarities[pairs[0][1] : pairs[-1][1] + 1]
    )
    if whole % 2 == 0:
        return
    for place, (item, other) in enumerate(pairs):
        if answer.polarities[item] == source.polarities[other]:
            continue
        flanks = sum(
            1 for near in pairs[max(0, place - 2) : place + 3] if abs(near[0] - item) <= 2 and abs(near[1] - other) <= 2
        )
        if flanks < _NEGATION_FLANKS:
            continue
        first, last = _denial(answer, source, pairs, item, other)
        yield Contradiction("negation", first, last, other, other + 1)


def _denial(answer: Items, source: Items, pairs: Pairs, item: int, other: int) -> tuple[int, int]:
    """Return the items of the answer that a reader would look at for the negation of `item`.

    They reach from the word before the negation to the item; where only the source has one, they are the two words
    between which it is missing.
    """
    if answer.polarities[item]:
        first = _negation_before(answer, item)
        return max(0, first - 1), item + 1
    missing = _negation_before(source, other)
    aligned = next((ours for ours, theirs in pairs if theirs >= missing), item)
    return max(0, aligned - 1), aligned + 1


def _negation_before(items: Items, item: int) -> int:
    """Return the first item after the negation that denies `item`."""
    first = item
    while first > 0:
        start = items.firsts[first - 1]
        between = items.lexemes[start : items.firsts[first]]
        if any(lexeme.negates or lexeme.contracts_not for lexeme in between):
            break
        first -= 1
    return first


def turned_round(answer: Items, source: Items, pairs: Pairs) -> Iterator[Contradiction]:
    """Yield a comparison whose two sides have changed places: "A is larger than B", "B is larger than A"."""
    for item, other in pairs:
        if answer.keys[item] != "than" or item == 0 or other == 0 or answer.keys[item - 1] != source.keys[other - 1]:
            continue
        ours, theirs = _sides(answer, item), _sides(source, other)
        if ours[0] & theirs[1] and ours[1] & theirs[0] and not ours[0] & theirs[0] and not ours[1] & theirs[1]:
            yield Contradiction("comparison", max(0, item - 1), item + 1, max(0, other - 1), other + 1)


def _sides(items: Items, than: int) -> tuple[set[Key], set[Key]]:
    """Return the content keys before the comparative and after "than"."""
    before = {
        k for k, c in zip(items.keys[: than - 1], items.contents, strict=False) if c and isinstance(k, (str, tuple))
    }
    after = {
        k
        for k, c in zip(items.keys[than + 1 :], items.contents[than + 1 :], strict=True)
        if c and isinstance(k, (str, tuple))
    }
    return before, after
