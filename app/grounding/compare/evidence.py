"""The nearest thing that the sources have in the place of a value that they lack."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence

from app.grounding.compare.contradictions import is_comparable
from app.grounding.compare.index import ContextIndex
from app.grounding.compare.strands import Strand
from app.grounding.report import Evidence
from app.grounding.values.values import Value

_NEIGHBOURS = 3


def nearest_evidence(index: ContextIndex, sentences: Sequence[int], strand: Strand, value: Value) -> Evidence | None:
    """Return the comparable value with most of the neighbouring words in the source `sentences`, or None.

    Where several have as many, the first of the best sentence is taken. Evidence never decides about a flag.
    """
    item = bisect_left(strand.firsts, value.first)
    if item == len(strand.firsts) or strand.values[item] is not value:
        return None
    near = _around(strand, item)
    best: tuple[int, Evidence | None] = (-1, None)
    for number in sentences:
        source, _ = index.strand_of(number)
        for place, other in enumerate(source.values):
            if other is None or not is_comparable(value, other):
                continue
            shared = len(near & _around(source, place))
            if shared > best[0]:
                best = (shared, index.evidence(number, source.firsts[place], source.lasts[place]))
    return best[1]


def _around(strand: Strand, item: int) -> frozenset[Hashable]:
    """Return the content keys within reach of an item."""
    return frozenset(strand.keys[place] for place in strand.around(item, _NEIGHBOURS) if strand.contents[place])
