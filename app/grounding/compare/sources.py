"""The source sentences beside which a sentence of an answer stands, and what they say differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from typing import NamedTuple

from app.grounding.compare.align import align
from app.grounding.compare.contradictions import Contradiction, Pairs, bounds_turned, find_contradictions, turned_round
from app.grounding.compare.index import COMMON, ContextIndex
from app.grounding.compare.items import Items

# Source sentences that are looked at for one sentence of an answer, those with the most shared rare words.
_CANDIDATES = 4
# A sentence is compared slot by slot when so much of its content, by rarity, is aligned with one source sentence.
_LEAST_COVERAGE = 0.5
_LEAST_ALIGNED = 2
# A denial counts for a whole sentence, which therefore has to be aligned further.
_DENIAL_COVERAGE = 0.6
# With so much of its content in the source, in whatever order, a comparison may have been turned round.
_TURNED_SHARE = 0.75
# Longer "sentences", in items, are tables and JSON, which have no slots.
_LONGEST_SENTENCE = 80
# Another source sentence speaks for the answer when it has nearly as much of its content as the best.
_RIVAL_SHARE = 0.7
# A neighbour within this many items tells what a word is about.
_NEAR = 3


class Comparison(NamedTuple):
    """A sentence beside its sources, best first.

    `sentences` are their numbers in the index, `shares` how much of the content each of them has (0 to 1, by rarity),
    `aligned` how much of it stands in the same order in the first; `contradictions` are relative to the first.
    """

    sentences: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()
    aligned: float = 0.0
    verbatim: bool = False
    contradictions: tuple[Contradiction, ...] = ()


def compare(items: Items, index: ContextIndex) -> Comparison:
    """Lay a sentence beside its sources."""
    weights: dict[Hashable, float] = {}
    scores: defaultdict[int, float] = defaultdict(float)
    for item, key in enumerate(items.keys):
        if not items.contents[item] or key in weights:
            continue
        # A value is as rare as the number that it is written with.
        word = key if isinstance(key, str) else items.lexemes[items.firsts[item]].aligned
        weight, numbers = index.weight_of(word)
        weights[key] = weight
        if len(numbers) <= COMMON:
            for number in numbers:
                scores[number] += weight
    whole = sum(weights.values())
    if not scores or not whole:
        return Comparison()
    best = sorted(scores, key=scores.__getitem__, reverse=True)[:_CANDIDATES]
    shares = tuple(scores[number] / whole for number in best)
    source, places = index.items_of(best[0])
    pairs = align(items.keys, places)
    in_order = [items.keys[item] for item, _ in pairs if items.contents[item]]
    aligned = sum([weights[key] for key in dict.fromkeys(in_order)]) / whole
    if _is_verbatim(items, source, pairs):
        return Comparison(tuple(best), shares, aligned, True)
    if len(source.keys) > _LONGEST_SENTENCE:
        found: list[Contradiction] = []
    elif aligned >= _LEAST_COVERAGE and len(in_order) >= _LEAST_ALIGNED:
        found = find_contradictions(items, source, pairs)
    else:
        found = list(turned_round(items, source, pairs)) if shares[0] >= _TURNED_SHARE else []
    others = [number for number, share in zip(best[1:], shares[1:], strict=True) if share > shares[0] * _RIVAL_SHARE]
    if aligned < _DENIAL_COVERAGE:
        found = [one for one in found if one.reason != "negation"]
    kept = [one for one in found if not any(_supports(items, one, index, number) for number in others)]
    return Comparison(tuple(best), shares, aligned, False, tuple(kept))


def _is_verbatim(items: Items, source: Items, pairs: Pairs) -> bool:
    """Say whether the whole sentence stands in the source without a gap, with the same denials and bounds."""
    if len(pairs) != len(items.keys) or pairs[-1][1] - pairs[0][1] != pairs[-1][0] - pairs[0][0]:
        return False
    if items.polarities != source.polarities[pairs[0][1] : pairs[-1][1] + 1]:
        return False
    return not any(bounds_turned(items, source, pairs))


def _supports(items: Items, found: Contradiction, index: ContextIndex, number: int) -> bool:
    """Say whether another source sentence says what the answer says in the place of a contradiction."""
    other, places = index.items_of(number)
    if found.reason == "negation":
        key = items.keys[found.a_last - 1]
        return any(other.polarities[place] == items.polarities[found.a_last - 1] for place in places.get(key, ()))
    return all(_has(items, item, other, places) for item in range(found.a_first, found.a_last))


def _has(items: Items, item: int, other: Items, places: dict[Hashable, list[int]]) -> bool:
    """Say whether a source has an item, with a content word beside it that the answer has there as well."""
    value = items.values[item]
    if value is None:
        at = places.get(items.keys[item], [])
    else:
        at = [place for place, carrier in enumerate(other.values) if carrier and value.is_carried_by(carrier)]
    near = {items.keys[place] for place in items.around(item, _NEAR) if items.contents[place]}
    return any(other.keys[beside] in near for place in at for beside in other.around(place, _NEAR))
