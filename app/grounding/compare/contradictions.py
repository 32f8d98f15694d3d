"""Where a sentence says something else than the source sentence that it nearly repeats.

One narrow family of rules: every content word of the answer's sentence is aligned with one source sentence, in order,
except in the places where the two differ, and what differs there excludes the other: two values, two units, two names,
two listed opposites, "only" and "everyone", or a denial that one of them lacks. In sentences that only share words a
difference is no contradiction: on real answers nine of ten such flags were wrong (docs/decisions.md).

Not covered: contradictions in other words, those that take knowledge of the world, and those spread over several
sentences.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from app.grounding.compare.align import Gap, Pairs, gaps_between
from app.grounding.compare.items import Items
from app.grounding.lexicon.opposites import COMPARATIVES, EXCEPTIONS, UNIVERSALS, are_opposite, are_rival_units
from app.grounding.reasons import FlagReason
from app.grounding.text.scan import LINKS, Kind
from app.grounding.text.words import word_keys
from app.grounding.values.values import Value

_LEAST_ALIGNED = 2
_ALIGNED_SHARE = 0.5
"""Of all items of the answer, small words included."""
_MOST_LEFT_OUT = 2
"""Content words of the source between the aligned ones that the answer may leave out."""
_OPENING = 2
"""Lexemes. A denial among them is of the whole sentence: "No visitors may …", "Under no circumstances …"."""
_CODE = LINKS | {Kind.CODE}


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


def find_contradictions(answer: Items, source: Items, pairs: Pairs) -> list[Contradiction] | None:
    """Return what an aligned sentence contradicts; None where it is not a near-copy of the source sentence."""
    aligned = sum([answer.contents[item] for item, _ in pairs])
    if not aligned or len(pairs) < max(_LEAST_ALIGNED, _ALIGNED_SHARE * len(answer.keys)):
        return None
    gaps = gaps_between(pairs, len(answer.keys), len(source.keys))
    found = _differences(answer, source, gaps)
    if not _is_near_copy(answer, source, gaps, found):
        return None
    if aligned < _LEAST_ALIGNED:
        return [one for one in found if _scope(answer, range(one.a_first, one.a_last))]
    return _with_denial(answer, source, pairs, found)


def find_differences(one: Items, other: Items, pairs: Pairs) -> list[Contradiction]:
    """Return what differs in the same places of two aligned sentences, however much else they say."""
    gaps = gaps_between(pairs, len(one.keys), len(other.keys))
    return _with_denial(one, other, pairs, _differences(one, other, gaps))


def _differences(answer: Items, source: Items, gaps: Sequence[Gap]) -> list[Contradiction]:
    """Return what excludes each other in the places where two sentences differ."""
    found = [_values(answer, source, gap) or _words(answer, source, gap) or _names(answer, source, gap) for gap in gaps]
    return [one for one in found if one]


def _with_denial(answer: Items, source: Items, pairs: Pairs, found: Sequence[Contradiction]) -> list[Contradiction]:
    """Return the differences with the denial that one side lacks.

    A denial takes an opposite back, "not allowed" is "forbidden"; "not … without" denies nothing as a whole.
    """
    denial = _denial(answer, source, pairs, found)
    if denial is None:
        return list(found)
    kept = [one for one in found if one.reason != "antonym"]
    is_restricted = _exceptions(answer) != _exceptions(source)
    return kept if len(kept) < len(found) or is_restricted else [*kept, denial]


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
        if is_comparable(value, rival) and not any(value.is_stated_by(offered) for _, offered in theirs):
            reason: FlagReason = "date_mismatch" if value.kind == "date" else "number_mismatch"
            return Contradiction(reason, item, item + 1, other, other + 1)
    return None


def is_comparable(value: Value, other: Value) -> bool:
    """Say whether two values may mean the same thing: a number and a price, not a date and a time."""
    return value.kind == other.kind or {value.kind, other.kind} == {"number", "money"}


def _words(answer: Items, source: Items, gap: Gap) -> Contradiction | None:
    """Return a word in the place of its opposite, or a unit, with its number, in the place of another of its kind.

    "Everyone" is the opposite of "only managers".
    """
    for item, other in product(gap.ours, gap.theirs):
        one, two = answer.keys[item], source.keys[other]
        if not isinstance(one, str) or not isinstance(two, str):
            continue
        if are_opposite(one, two):
            return Contradiction("antonym", item, item + 1, other, other + 1)
        if are_rival_units(one, two) and not _are_forms_of_one(answer, item, source, other):
            first = item - 1 if item and answer.values[item - 1] else item
            return Contradiction("unit_mismatch", first, item + 1, other, other + 1)
    if {_scope(answer, gap.ours), _scope(source, gap.theirs)} == {"all", "some"}:
        return Contradiction("antonym", gap.ours.start, gap.ours.stop, gap.theirs.start, gap.theirs.stop)
    return None


def _scope(items: Items, places: range) -> str:
    """Return "all" for "everyone", "some" for "only managers", "" for other words."""
    words = frozenset(items.lexemes[items.firsts[place]].folded for place in places)
    if "only" in words and any(items.contents[place] for place in places):
        return "some"
    return "" if UNIVERSALS.isdisjoint(words) else "all"


def _names(answer: Items, source: Items, gap: Gap) -> Contradiction | None:
    """Return a name in the place of another."""
    ours = [item for item in gap.ours if answer.contents[item]]
    theirs = [item for item in gap.theirs if source.contents[item]]
    if not ours or not theirs:
        return None
    if not all(is_name_item(answer, item) for item in ours) or not any(is_name_item(source, item) for item in theirs):
        return None
    if _may_be_the_same(answer, source, ours, theirs):
        return None
    return Contradiction("entity_mismatch", ours[0], ours[-1] + 1, theirs[0], theirs[-1] + 1)


def is_name_item(items: Items, item: int) -> bool:
    """Say whether an item is written like a name: with a capital inside the sentence, as code, as an address."""
    lexeme = items.lexemes[items.firsts[item]]
    if items.values[item] is not None or lexeme.kind in _CODE:
        return items.values[item] is None
    return lexeme.content and lexeme.text[0].isupper() and (item > 0 or lexeme.text.isupper())


def _may_be_the_same(answer: Items, source: Items, ours: Sequence[int], theirs: Sequence[int]) -> bool:
    """Say whether two names may be one: a common word, an acronym, a longer and a shorter form."""
    if any(_are_forms_of_one(answer, item, source, other) for item in ours for other in theirs):
        return True
    one = [answer.lexemes[answer.firsts[item]].folded for item in ours]
    two = [source.lexemes[source.firsts[item]].folded for item in theirs]
    names = "".join(one), "".join(two)
    initials = "".join(word[0] for word in one), "".join(word[0] for word in two)
    return names[0] == initials[1] or names[1] == initials[0] or names[0][:4] == names[1][:4] or names[0] in names[1]


def _are_forms_of_one(answer: Items, item: int, source: Items, other: int) -> bool:
    """Say whether two items are forms of one word, in the widest sense: km and kilometre, Dr. and Doctor."""
    one, two = answer.lexemes[answer.firsts[item]], source.lexemes[source.firsts[other]]
    return not frozenset(word_keys(one.surface, "en")).isdisjoint(word_keys(two.surface, "en"))


def _denial(answer: Items, source: Items, pairs: Pairs, found: Sequence[Contradiction]) -> Contradiction | None:
    """Return the first aligned place where one side denies and the other does not."""
    if not answer.denied and not source.denied:
        return None
    differing = [item for one in found for item in range(one.b_first, one.b_last)]
    places = frozenset((*[item for _, item in pairs], *differing))
    denied = [position for position in source.denied if _is_of(places, source, position)]
    ours = _denials_before(answer, answer.denied, [item for item, _ in pairs])
    theirs = _denials_before(source, denied, [item for _, item in pairs])
    if sum(ours) == sum(theirs):
        return None
    item, other = next(pair for pair, one, two in zip(pairs, ours, theirs, strict=True) if one != two)
    return Contradiction("negation", max(0, item - 1), item + 1, max(0, other - 1), other + 1)


def _is_of(places: frozenset[int], source: Items, position: int) -> bool:
    """Say whether a denial opens its sentence or is of one of some items: "must not exceed 40" does not deny 40."""
    following = range(bisect_left(source.firsts, position), len(source.keys))
    words = [
        item
        for item in following
        if source.contents[item] and source.lexemes[source.firsts[item]].folded not in COMPARATIVES
    ]
    return position < _OPENING or not words or words[0] in places


def _denials_before(items: Items, denied: Sequence[int], aligned: Sequence[int]) -> list[int]:
    """Return how many denials are before each of the aligned items, and after the one before it."""
    ends = [-1, *[items.lasts[item] - 1 for item in aligned]]
    return [sum([after < position <= until for position in denied]) for after, until in pairwise(ends)]


def _exceptions(items: Items) -> frozenset[str]:
    return EXCEPTIONS.intersection(lexeme.folded for lexeme in items.lexemes)
