"""The source sentences that are nearest to a sentence of an answer, and what they say differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from app.grounding.compare.align import Pairs, align
from app.grounding.compare.contradictions import Contradiction, find_contradictions
from app.grounding.compare.index import COMMON, ContextIndex
from app.grounding.compare.items import Items

# The second sentence is laid beside the answer's as well if it has at least this share of what the first has.
_RIVAL_SHARE = 0.7


class Comparison(NamedTuple):
    """A sentence beside the two source sentences that share most of its content, the better one first.

    `sentences` are their numbers in the index. Of the content, weighted by IDF, `aligned` is the share that the first
    has in the same order, `found` the share that it has together with its two neighbours in the index; `verbatim` says
    that the first has the whole sentence. `contradictions` name their source sentence.
    """

    sentences: tuple[int, ...] = ()
    aligned: float = 0.0
    found: float = 0.0
    verbatim: bool = False
    contradictions: tuple[Contradiction, ...] = ()


def compare(items: Items, index: ContextIndex) -> Comparison:
    """Lay a sentence beside its sources."""
    content = content_of(items, index)
    scores: defaultdict[int, float] = defaultdict(float)
    for weight, numbers in content.values():
        if len(numbers) <= COMMON:
            for number in numbers:
                scores[number] += weight
    if not scores:
        return Comparison()
    whole = sum([weight for weight, _ in content.values()])
    best = max(scores, key=scores.__getitem__)
    least = _RIVAL_SHARE * scores.pop(best)
    second = max(scores, key=scores.__getitem__, default=None)
    near = [best] if second is None or scores[second] <= least else [best, second]
    pairs = align(items.keys, index.items_of(best)[1])
    in_order = dict.fromkeys([items.keys[item] for item, _ in pairs if items.contents[item]])
    window = frozenset((best - 1, best, best + 1))
    contradictions = _contradicted(items, index, near, pairs)
    return Comparison(
        sentences=(best,) if second is None else (best, second),
        aligned=sum([content[key][0] for key in in_order]) / whole,
        found=sum([weight for weight, numbers in content.values() if not window.isdisjoint(numbers)]) / whole,
        verbatim=not contradictions and len(pairs) == len(items.keys) and _is_run(pairs),
        contradictions=contradictions,
    )


def content_of(items: Items, index: ContextIndex) -> dict[Hashable, tuple[float, list[int]]]:
    """Return the weight of each content key and the source sentences that have it."""
    content: dict[Hashable, tuple[float, list[int]]] = {}
    for key, first, is_content in zip(items.keys, items.firsts, items.contents, strict=True):
        if is_content and key not in content:
            # A value is as rare as the number that it is written with.
            content[key] = index.weight_of(key if isinstance(key, str) else items.lexemes[first].aligned)
    return content


def _is_run(pairs: Pairs) -> bool:
    return pairs[-1][1] - pairs[0][1] == pairs[-1][0] - pairs[0][0]


def _contradicted(
    items: Items, index: ContextIndex, sentences: Sequence[int], best: Pairs
) -> tuple[Contradiction, ...]:
    """Return what contradicts the first of the sentences that the answer nearly repeats, if none of them agrees.

    `best` are the aligned pairs of the first sentence.
    """
    contradicted: tuple[Contradiction, ...] = ()
    for number in sentences:
        source, places = index.items_of(number)
        pairs = best if number == sentences[0] else align(items.keys, places)
        found = find_contradictions(items, source, pairs)
        if found == []:
            return ()
        if found and not contradicted:
            contradicted = tuple([one._replace(sentence=number) for one in found])
    return contradicted
