"""Two sentences side by side: the longest common subsequence of their items, and what differs in between.

Hunt and Szymanski (1977), which takes r log n steps for r matching pairs; sentences repeat few words, so that r is
small. The number of pairs is capped, which keeps a sentence of one word a thousand times from taking quadratic time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

_MOST_PLACES = 6
_MORE = 2

Pairs: TypeAlias = Sequence[tuple[int, int]]
_Node = tuple[int, int, "_Node | None"]


class Gap(NamedTuple):
    """What is between two aligned pairs: items of the answer, and items of the source.

    `is_inner`: a pair is on each side of it; otherwise it is at an end of the answer's sentence.
    """

    ours: range
    theirs: range
    is_inner: bool = True


def align(keys: Sequence[Hashable], places: Mapping[Hashable, list[int]]) -> list[tuple[int, int]]:
    """Return the longest increasing list of pairs (item of the answer, item of the source) with equal keys.

    `places` are the source's items by key, from last to first. Of the occurrences of one key the last `_MOST_PLACES`
    are tried.
    """
    ends: list[int] = []  # ends[k]: the smallest source item in which a chain of k + 1 pairs ends
    chains: list[_Node] = []
    for item, key in enumerate(keys):
        for place in places.get(key, ())[:_MOST_PLACES]:
            length = bisect_left(ends, place)
            node = (item, place, chains[length - 1] if length else None)
            if length == len(ends):
                ends.append(place)
                chains.append(node)
            elif place < ends[length]:
                ends[length] = place
                chains[length] = node
    pairs: list[tuple[int, int]] = []
    last = chains[-1] if chains else None
    while last is not None:
        pairs.append((last[0], last[1]))
        last = last[2]
    pairs.reverse()
    return pairs


def gaps_between(pairs: Pairs, a_length: int, b_length: int) -> list[Gap]:
    """Return the places where the aligned sentences differ, in order.

    At the ends, where a source may go on, at most `_MORE` more of its items are in a gap than the answer has there.
    """
    if not pairs:
        return []
    (a_first, b_first), (a_last, b_last) = pairs[0], pairs[-1]
    gaps = [
        Gap(range(before[0] + 1, here[0]), range(before[1] + 1, here[1]))
        for before, here in pairwise(pairs)
        if here[0] > before[0] + 1 or here[1] > before[1] + 1
    ]
    if a_first:
        gaps.insert(0, Gap(range(a_first), range(max(0, b_first - a_first - _MORE), b_first), is_inner=False))
    if a_last + 1 < a_length:
        end = min(b_length, b_last + a_length - a_last + _MORE)
        gaps.append(Gap(range(a_last + 1, a_length), range(b_last + 1, end), is_inner=False))
    return gaps
