"""The source sentences that are nearest to a sentence of an answer, and what they say differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
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
    similar = (best,) if second is None else (best, second)
    contradictions = (*_contradicted(items, index, near, pairs), *miscounted(items, index, similar))
    return Comparison(
        sentences=similar,
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


def miscounted(items: Items, index: ContextIndex, similar: Sequence[int]) -> Iterator[Contradiction]:
    """Yield the numbers of a sentence that every source sentence about their noun replaces by another number.

    "25 days" where they say 27 days, and the 25th of a month elsewhere. `similar` are the source sentences that are
    nearest, the best first.
    """
    for item, value in enumerate(items.values):
        if value is None or value.kind != "number" or value.vague:
            continue
        nouns = frozenset(_nouns_behind(items, item))
        rivals = ((number, place) for number in similar for place in _counts(index.items_of(number)[0], nouns))
        rival = next(rivals, None)
        if rival is None:
            continue
        about = {number for noun in nouns for number in index.postings.get(noun, ())}
        stated = (other for number in about for other in index.values_of(number))
        if len(about) <= COMMON and not any(map(value.is_stated_by, stated)) and index.states(value):
            yield Contradiction("number_mismatch", item, item + 1, rival[1], rival[1] + 1, rival[0])


def _counts(source: Items, nouns: Collection[Hashable]) -> Iterator[int]:
    """Yield the numbers of a source that are before one of some nouns."""
    for place, value in enumerate(source.values):
        if value is not None and value.kind == "number" and any(key in nouns for key in _nouns_behind(source, place)):
            yield place


def _nouns_behind(items: Items, item: int) -> list[Hashable]:
    """Return the words for what a number counts, at most two items behind it: "25 paid days"."""
    places = range(item + 1, min(item + 3, len(items.keys)))
    return [items.keys[place] for place in places if items.contents[place] and items.values[place] is None]
