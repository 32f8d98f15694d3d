"""The source sentences that are nearest to a sentence of an answer, and what they say differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from app.grounding.compare.align import align
from app.grounding.compare.contradictions import Contradiction, find_contradictions, may_nearly_copy
from app.grounding.compare.index import COMMON, ContextIndex
from app.grounding.compare.items import Items

# Source sentences that are looked at for one sentence of an answer, those with the most shared rare words.
_CANDIDATES = 4
# Longer "sentences", in items, are tables and JSON, which have no slots.
_LONGEST_SENTENCE = 80
# A near-copy has at least this share of the content, and nearly as much of it as the best sentence.
_LEAST_SHARE = 0.4
_RIVAL_SHARE = 0.7


class Comparison(NamedTuple):
    """A sentence beside its sources, best first.

    `sentences` are their numbers in the index, `shares` how much of the content each of them has (0 to 1, by rarity),
    `aligned` how much of it is in the same order in the first; `contradictions` name their sentence.
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
    pairs = align(items.keys, index.items_of(best[0])[1])
    in_order = [items.keys[item] for item, _ in pairs if items.contents[item]]
    aligned = sum([weights[key] for key in dict.fromkeys(in_order)]) / whole
    is_verbatim = len(pairs) == len(items.keys) and pairs[-1][1] - pairs[0][1] == pairs[-1][0] - pairs[0][0]
    least = max(_LEAST_SHARE, shares[0] * _RIVAL_SHARE)
    near = [number for number, share in zip(best, shares, strict=True) if share > least]
    found = _contradicted(items, index, near)
    return Comparison(tuple(best), shares, aligned, is_verbatim and not found, found)


def _contradicted(items: Items, index: ContextIndex, sentences: Sequence[int]) -> tuple[Contradiction, ...]:
    """Return what contradicts the first of the sentences that the answer nearly repeats, if none of them agrees."""
    contradicted: tuple[Contradiction, ...] = ()
    for number in sentences:
        source, places = index.items_of(number)
        if len(source.keys) > _LONGEST_SENTENCE or not may_nearly_copy(items, places):
            continue
        found = find_contradictions(items, source, align(items.keys, places))
        if found == []:
            return ()
        if found and not contradicted:
            contradicted = tuple(one._replace(sentence=number) for one in found)
    return contradicted
