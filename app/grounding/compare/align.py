"""Two sentences side by side: the longest common subsequence of their items, and what differs in between.

Hunt and Szymanski (1977), which takes r log n steps for r matching pairs; sentences repeat few words, so that r is
small. The number of pairs is capped, which keeps a sentence of one word a thousand times from taking quadratic time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

_MOST_PLACES = 6

_Node = tuple[int, int, "_Node | None"]


class Gap(NamedTuple):
    """What stands between two aligned pairs: items [a_first, a_last) of the answer, [b_first, b_last) of the source.

    `left` and `right` count the pairs that follow each other without a gap on each side; the ends of both sentences
    together count as a pair.
    """

    a_first: int
    a_last: int
    b_first: int
    b_last: int
    left: int
    right: int


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


def gaps_between(pairs: Sequence[tuple[int, int]], a_length: int, b_length: int) -> list[Gap]:
    """Return the places where the aligned sentences differ, in order."""
    if not pairs:
        return []
    runs = [1] * len(pairs)
    for place in range(1, len(pairs)):
        before, here = pairs[place - 1], pairs[place]
        if here[0] == before[0] + 1 and here[1] == before[1] + 1:
            runs[place] = runs[place - 1] + 1
    gaps: list[Gap] = []
    right = runs[-1]
    first = pairs[0]
    if first[0]:
        begins = 1 if first[0] == first[1] else 0
        gaps.append(Gap(0, first[0], max(0, first[1] - first[0] - 1), first[1], begins, _run_from(pairs, runs, 0)))
    for place in range(1, len(pairs)):
        before, here = pairs[place - 1], pairs[place]
        if here[0] > before[0] + 1 or here[1] > before[1] + 1:
            gap = Gap(before[0] + 1, here[0], before[1] + 1, here[1], runs[place - 1], _run_from(pairs, runs, place))
            gaps.append(gap)
    last = pairs[-1]
    if last[0] + 1 < a_length:
        width = a_length - last[0]
        ends = 1 if a_length - last[0] == b_length - last[1] else 0
        gaps.append(Gap(last[0] + 1, a_length, last[1] + 1, min(b_length, last[1] + 1 + width), right, ends))
    return gaps


def _run_from(pairs: Sequence[tuple[int, int]], runs: Sequence[int], place: int) -> int:
    """Return the length of the run of adjacent pairs that begins at `place`."""
    end = place
    while end + 1 < len(pairs) and runs[end + 1] == runs[end] + 1:
        end += 1
    return end - place + 1
