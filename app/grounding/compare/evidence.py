"""The nearest value that the sources have in the place of one that they lack.

A value is near by the words that it shares with the answer: those beside it; in a row of a table those of the whole row
and of the column's header, because a cell means nothing without them. A value that the answer's sentence states
elsewhere is in no one's place: "for under 3 years of service, 25 days" is about the row's 27, not about its 3.

Not covered: tables without bars, and a header that is in another context than the row.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from app.grounding.compare.contradictions import is_comparable
from app.grounding.compare.index import ContextIndex
from app.grounding.compare.items import Items
from app.grounding.report import Evidence
from app.grounding.values.values import Value

_NEIGHBOURS = 3
_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*\|", re.MULTILINE)
"""The line between the header of a table and its rows."""


class _Place(NamedTuple):
    """A value of a source that is comparable to one of the answer's, and how near it is.

    `is_free`: the answer's sentence does not state the value elsewhere; `shared`: words in common.
    """

    is_free: bool
    shared: int
    sentence: int
    item: int


def nearest_evidence(
    index: ContextIndex, cited: Sequence[int], similar: Sequence[int], items: Items, value: Value
) -> Evidence | None:
    """Return the comparable value that is nearest to a value of the answer's sentence, or None.

    It is one of the source sentences `cited` if one of them has words in common, else one of `similar`, which are the
    best first. Of several that are as near, the first is taken. Evidence never decides about a flag.
    """
    for sentences, fewest in ((cited, 1), (similar, 0)):
        places = [place for number in sentences for place in _places(index, number, items, value)]
        best = max(places, key=lambda place: (place.is_free, place.shared), default=None)
        if best is not None and best.shared >= fewest:
            source, _ = index.items_of(best.sentence)
            return index.evidence(best.sentence, source.firsts[best.item], source.lasts[best.item])
    return None


def _places(index: ContextIndex, number: int, items: Items, value: Value) -> Iterator[_Place]:
    """Yield the values of a source sentence that are comparable to a value of the items."""
    item = items.values.index(value)
    source, _ = index.items_of(number)
    header = _header_of(index, number)
    others = [other for other in items.values if other is not None and other is not value]
    for place, offered in enumerate(source.values):
        if offered is None or not is_comparable(value, offered):
            continue
        if header is None:
            shared = len(_around(items, item, _NEIGHBOURS) & _around(source, place, _NEIGHBOURS))
        else:
            words = _around(items, item, len(items.keys))
            row, cell = _around(source, place, len(source.keys)), _cell_above(index, number, header, place)
            shared = sum(word in row or (isinstance(word, str) and word in cell) for word in words)
        yield _Place(not any(other.is_stated_by(offered) for other in others), shared, number, place)


def _header_of(index: ContextIndex, number: int) -> int | None:
    """Return the sentence that is the header of the table in which a sentence is a row; None outside of a table."""
    first = number
    while first in index.sentences_of(index.sentences[number].context) and "|" in index.sentence(first):
        if _RULE.search(index.sentence(first)):
            return first if first < number else None
        first -= 1
    return None


def _cell_above(index: ContextIndex, row: int, header: int, item: int) -> str:
    """Return the header's cell above an item of a row, in small letters."""
    tokens = index.tokens_of(row)
    start = tokens[index.items_of(row)[0].firsts[item]].start
    column = index.text_of(row).count("|", index.sentences[row].start, start)
    cells = index.sentence(header).casefold().split("\n")[0].split("|")
    return cells[column] if column < len(cells) else ""


def _around(items: Items, item: int, reach: int) -> frozenset[Hashable]:
    """Return the content keys within `reach` of an item, itself left out."""
    places = range(max(0, item - reach), min(len(items.keys), item + reach + 1))
    return frozenset(items.keys[place] for place in places if items.contents[place] and place != item)
