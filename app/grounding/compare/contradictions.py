"""Where a sentence says something else than the source sentence that it nearly repeats.

One narrow family of rules: every content word of the answer's sentence is aligned with one source sentence, in order,
except in the places where the two differ, and what differs there excludes the other: two values, two units, two names,
two listed opposites, "only" and "everyone", or a denial that one of them lacks. In sentences that only share words a
difference is no contradiction: on real answers nine of ten such flags were wrong (docs/decisions.md).

Not covered: contradictions in other words, those that take knowledge of the world, and those spread over several
sentences.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from app.grounding.compare.align import Gap, Pairs, gaps_between
from app.grounding.compare.items import OPENING, Items
from app.grounding.lexicon.opposites import (
    AT_LEAST,
    AT_MOST,
    COMPARATIVES,
    EXCEPTIONS,
    GENERIC_NAMES,
    REPORTING,
    UNIVERSALS,
    are_opposite,
    are_rival_units,
)
from app.grounding.reasons import FlagReason
from app.grounding.text.scan import LINKS, Kind
from app.grounding.text.words import word_keys
from app.grounding.values.values import Value

_LEAST_ALIGNED = 2
_ALIGNED_SHARE = 0.5
"""Of all items of the answer, small words included."""
_MOST_LEFT_OUT = 2
"""Content words of the source between the aligned ones that the answer may leave out."""
_LEAST_ALIGNED_WITH_NAMES = 3
"""Content words that are aligned beside a name that differs. Addresses and code need no more than other words."""
_MOST_UNALIGNED = 6
"""Content words of the answer, with those that differ."""
_LONGEST_NAME = 4
"""Items. Longer names are titles and lists."""
_BOUNDS = AT_LEAST | AT_MOST


class Contradiction(NamedTuple):
    """The items [a_first, a_last) of the answer against the items [b_first, b_last) of a source sentence.

    `sentence` is its number in the index.
    """

    reason: FlagReason
    a_first: int
    a_last: int
    b_first: int
    b_last: int
    sentence: int = 0


def may_nearly_copy(answer: Items, places: Mapping[Hashable, Sequence[int]]) -> bool:
    """Say whether a source with these items is worth an alignment: whether enough of the answer's items are there."""
    return sum([key in places for key in answer.keys]) >= _fewest_aligned(answer)


def _fewest_aligned(answer: Items) -> float:
    return max(_LEAST_ALIGNED, _ALIGNED_SHARE * len(answer.keys))


def find_contradictions(answer: Items, source: Items, pairs: Pairs) -> list[Contradiction] | None:
    """Return what an aligned sentence contradicts; None where it is not a near-copy of the source sentence."""
    aligned = sum(answer.contents[item] for item, _ in pairs)
    if not aligned or len(pairs) < _fewest_aligned(answer):
        return None
    if sum(answer.contents) - aligned > _MOST_UNALIGNED:
        return None
    gaps = gaps_between(pairs, len(answer.keys), len(source.keys))
    found = [one for gap in gaps if (one := _difference(answer, source, gap, aligned)) is not None]
    if not _is_near_copy(answer, source, gaps, found):
        return None
    if aligned < _LEAST_ALIGNED:
        only = UNIVERSALS | {"only"}
        return [one for one in found if only & _folded(answer, range(one.a_first, one.a_last))]
    return _turned(answer, source, pairs, found)


def find_differences(one: Items, other: Items, pairs: Pairs) -> list[Contradiction]:
    """Return what differs in the same places of two aligned sentences, however much else they say."""
    aligned = sum(one.contents[item] for item, _ in pairs)
    gaps = gaps_between(pairs, len(one.keys), len(other.keys))
    found = [difference for gap in gaps if (difference := _difference(one, other, gap, aligned)) is not None]
    return _turned(one, other, pairs, found) if aligned else []


_TURNING = frozenset(("antonym", "comparison"))
"""The reasons that a denial takes back: "not allowed" is "forbidden"."""


def _turned(answer: Items, source: Items, pairs: Pairs, found: Sequence[Contradiction]) -> list[Contradiction]:
    """Return the differences with the denial that one side lacks, without opposites that a denial takes back."""
    denial = _denial(answer, source, pairs, found)
    if denial is None:
        return list(found)
    kept = [one for one in found if one.reason not in _TURNING]
    is_restricted = _exceptions(answer) != _exceptions(source)
    return kept if len(kept) < len(found) or is_restricted else [*kept, denial]


def _difference(answer: Items, source: Items, gap: Gap, aligned: int) -> Contradiction | None:
    """Return what excludes each other in a place where two sentences differ that share `aligned` content words."""
    return (
        _values(answer, source, gap)
        or _words(answer, source, gap)
        or _quantifiers(answer, source, gap)
        or _names(answer, source, gap, aligned)
    )


def _is_near_copy(answer: Items, source: Items, gaps: Sequence[Gap], found: Sequence[Contradiction]) -> bool:
    """Say whether nothing of the answer and hardly anything of the source is left beside the differences.

    Where the source says nothing more, a word may be moved: "Visitors may enter", "may visitors enter".
    """
    ours = {item for one in found for item in range(one.a_first, one.a_last)}
    theirs = {item for one in found for item in range(one.b_first, one.b_last)}
    of_answer = {item for gap in gaps for item in gap.ours if answer.contents[item]} - ours
    of_source = {item for gap in gaps for item in gap.theirs if source.contents[item]} - theirs
    inner = {item for gap in gaps if gap.is_inner for item in gap.theirs}
    moved: set[Hashable] = set()
    if sum(source.contents) - sum(answer.contents) <= _MOST_LEFT_OUT:
        moved = {source.keys[item] for item in of_source} & {answer.keys[item] for item in of_answer}
    left_out = [item for item in of_source & inner if source.keys[item] not in moved]
    return all(answer.keys[item] in moved for item in of_answer) and len(left_out) <= _MOST_LEFT_OUT


def _values(answer: Items, source: Items, gap: Gap) -> Contradiction | None:
    """Return the first value that is in the place of another."""
    ours = [(item, value) for item in gap.ours if (value := answer.values[item])]
    theirs = [(item, value) for item in gap.theirs if (value := source.values[item])]
    if len(ours) != len(theirs):
        return None
    for (item, value), (other, rival) in zip(ours, theirs, strict=True):
        if is_comparable(value, rival) and not any(value.is_carried_by(offered) for _, offered in theirs):
            reason: FlagReason = "date_mismatch" if value.kind == "date" else "number_mismatch"
            return Contradiction(reason, item, item + 1, other, other + 1)
    return None


def is_comparable(value: Value, other: Value) -> bool:
    """Say whether two values may mean the same thing: a number and a price, not a date and a time."""
    return value.kind == other.kind or {value.kind, other.kind} == {"number", "money"}


def _words(answer: Items, source: Items, gap: Gap) -> Contradiction | None:
    """Return a word in the place of its opposite, or a unit, with its number, in the place of another of its kind."""
    for item, other in product(gap.ours, gap.theirs):
        one, two = answer.keys[item], source.keys[other]
        if not isinstance(one, str) or not isinstance(two, str):
            continue
        if are_opposite(one, two):
            return Contradiction("comparison" if {one, two} <= _BOUNDS else "antonym", item, item + 1, other, other + 1)
        if are_rival_units(one, two) and not _are_forms_of_one(answer, item, source, other):
            first = item - 1 if item and answer.values[item - 1] else item
            return Contradiction("unit_mismatch", first, item + 1, other, other + 1)
    return None


def _quantifiers(answer: Items, source: Items, gap: Gap) -> Contradiction | None:
    """Return "everyone" in the place of "only managers", or the other way round."""
    ours, theirs = _folded(answer, gap.ours), _folded(source, gap.theirs)
    some_of_answer = "only" in ours and any(answer.contents[item] for item in gap.ours)
    some_of_source = "only" in theirs and any(source.contents[item] for item in gap.theirs)
    if (some_of_answer and UNIVERSALS & theirs) or (some_of_source and UNIVERSALS & ours):
        return Contradiction("antonym", gap.ours.start, gap.ours.stop, gap.theirs.start, gap.theirs.stop)
    return None


def _folded(items: Items, places: range) -> frozenset[str]:
    return frozenset(items.lexemes[items.firsts[place]].folded for place in places)


def _names(answer: Items, source: Items, gap: Gap, aligned: int) -> Contradiction | None:
    """Return a name in the place of another."""
    ours = [item for item in gap.ours if answer.contents[item]]
    theirs = [item for item in gap.theirs if source.contents[item]]
    if not ours or not theirs or not gap.is_anchored or max(len(ours), len(theirs)) > _LONGEST_NAME:
        return None
    if not all(is_name_item(answer, item) for item in ours) or not any(is_name_item(source, item) for item in theirs):
        return None
    if aligned < _LEAST_ALIGNED_WITH_NAMES and not all(_is_code(answer, item) for item in ours):
        return None
    if _may_be_the_same(answer, source, ours, theirs) or all(answer.keys[item] in source.keys for item in ours):
        return None
    around = {item for item in (ours[0] - 1, ours[0] - 2, ours[-1] + 1, ours[-1] + 2) if 0 <= item < len(answer.keys)}
    reason: FlagReason = "attribution" if any(answer.keys[item] in REPORTING for item in around) else "entity_mismatch"
    return Contradiction(reason, ours[0], ours[-1] + 1, theirs[0], theirs[-1] + 1)


def is_name_item(items: Items, item: int) -> bool:
    """Say whether an item is written like a name: with a capital inside the sentence, as code, as an address."""
    if items.values[item] is not None:
        return False
    lexeme = items.lexemes[items.firsts[item]]
    return _is_code(items, item) or (
        lexeme.content and lexeme.text[0].isupper() and (item > 0 or lexeme.text.isupper())
    )


def _is_code(items: Items, item: int) -> bool:
    kind = items.lexemes[items.firsts[item]].kind
    return kind in LINKS or kind is Kind.CODE


def _may_be_the_same(answer: Items, source: Items, ours: Sequence[int], theirs: Sequence[int]) -> bool:
    """Say whether two names may be one: a common word, an acronym, a longer and a shorter form, "the Company"."""
    if any(_are_forms_of_one(answer, item, source, other) for item in ours for other in theirs):
        return True
    one = [answer.lexemes[answer.firsts[item]].folded for item in ours]
    two = [source.lexemes[source.firsts[item]].folded for item in theirs]
    if len(two) == 1 and two[0] in GENERIC_NAMES:
        return True
    names = "".join(one), "".join(two)
    initials = "".join(word[0] for word in one), "".join(word[0] for word in two)
    return names[0] == initials[1] or names[1] == initials[0] or names[0][:4] == names[1][:4] or names[0] in names[1]


def _are_forms_of_one(answer: Items, item: int, source: Items, other: int) -> bool:
    """Say whether two items are forms of one word, in the widest sense: km and kilometre, Dr. and Doctor."""
    one, two = answer.lexemes[answer.firsts[item]], source.lexemes[source.firsts[other]]
    return not frozenset(word_keys(one.surface, "en")).isdisjoint(word_keys(two.surface, "en"))


def _denial(answer: Items, source: Items, pairs: Pairs, found: Sequence[Contradiction]) -> Contradiction | None:
    """Return the first aligned place where one side denies and the other does not."""
    ours, theirs = (
        (-1, *(answer.lasts[item] - 1 for item, _ in pairs)),
        (-1, *(source.lasts[item] - 1 for _, item in pairs)),
    )
    start = next((place for place, (_, other) in enumerate(pairs) if source.contents[other]), 0)
    while start and pairs[start][1] == pairs[start - 1][1] + 1:
        start -= 1
    denied = [
        position
        for position in source.denied_from(min((pairs[start][1], *(one.b_first for one in found))))
        if _is_of_aligned(source, position, pairs, found)
    ]
    counts = [
        (_between(answer.denied, *ours[place : place + 2]), _between(denied, *theirs[place : place + 2]))
        for place in range(len(pairs))
    ]
    if len(answer.denied) == len(source.denied) or all(one == two for one, two in counts):
        return None
    if sum(one for one, _ in counts) == sum(two for _, two in counts):
        return None
    item, other = next(pair for pair, (one, two) in zip(pairs, counts, strict=True) if one != two)
    return Contradiction("negation", max(0, item - 1), item + 1, max(0, other - 1), other + 1)


def _is_of_aligned(source: Items, position: int, pairs: Pairs, found: Sequence[Contradiction]) -> bool:
    """Say whether a denial is of a word that the answer has: "must not exceed 40" does not deny "at most 40"."""
    denied = (
        item
        for item, first in enumerate(source.firsts)
        if first > position and source.contents[item] and source.lexemes[first].folded not in COMPARATIVES
    )
    item = next(denied, None)
    if item is None or position < OPENING:
        return True
    return any(other == item for _, other in pairs) or any(one.b_first <= item < one.b_last for one in found)


def _between(denied: Sequence[int], after: int, until: int) -> int:
    return sum(after < position <= until for position in denied)


def _exceptions(items: Items) -> frozenset[str]:
    return EXCEPTIONS.intersection(lexeme.folded for lexeme in items.lexemes)
