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
    if value not in items.values:
        return None
    best = _nearest(index, cited, items, value)
    if best is None or not best.shared:
        best = _nearest(index, similar, items, value)
    return None if best is None else _evidence(index, best)


def contrary_evidence(
    index: ContextIndex,
    cited: Sequence[int],
    items: Items,
    value: Value | None,
    sentence: int,
    place: tuple[int, int],
) -> Evidence:
    """Return what a source has in the place of a contradicted value: the items [first, last) `place` of `sentence`.

    Where the source sentences `cited` have a comparable value with words in common, it is the nearest of those.
    """
    source, _ = index.items_of(sentence)
    if value is not None and sentence not in cited:
        best = _nearest(index, cited, items, value)
        if best is not None and best.shared:
            return _evidence(index, best)
    return index.evidence(sentence, source.firsts[place[0]], source.lasts[place[1] - 1])


def _nearest(index: ContextIndex, sentences: Sequence[int], items: Items, value: Value) -> _Place | None:
    places = [place for number in sentences for place in _places(index, number, items, value)]
    return max(places, key=lambda place: (place.is_free, place.shared), default=None)


def _evidence(index: ContextIndex, place: _Place) -> Evidence:
    source, _ = index.items_of(place.sentence)
    return index.evidence(place.sentence, source.firsts[place.item], source.lasts[place.item])


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
            shared = _around(items, item) & _around(source, place)
        else:
            row = _contents(source, range(len(source.keys)), but=place) | _column(index, number, header, place)
            shared = _contents(items, range(len(items.keys)), but=item) & row
        is_free = not any(other.is_carried_by(offered) for other in others)
        yield _Place(is_free, len(shared), number, place)


def _header_of(index: ContextIndex, number: int) -> int | None:
    """Return the sentence that is the header of the table in which a sentence is a row; None outside of a table."""
    context = index.sentences[number].context
    first = number
    while first >= 0 and index.sentences[first].context == context and "|" in _text(index, first):
        if _RULE.search(_text(index, first)):
            return first if first < number else None
        first -= 1
    return None


def _column(index: ContextIndex, row: int, header: int, item: int) -> frozenset[Hashable]:
    """Return the content keys of the header's cell above an item of a row."""
    source, _ = index.items_of(row)
    tokens = index.tokens_of(row)
    start = tokens[source.firsts[item]].start
    column = index.text_of(row).count("|", index.sentences[row].start, start)
    items, _ = index.items_of(header)
    above = index.tokens_of(header)
    text, begin = index.text_of(header), index.sentences[header].start
    cell = [
        place for place in range(len(items.keys)) if text.count("|", begin, above[items.firsts[place]].start) == column
    ]
    return _contents(items, cell)


def _text(index: ContextIndex, number: int) -> str:
    sentence = index.sentences[number]
    return index.text_of(number)[sentence.start : sentence.end]


def _around(items: Items, item: int) -> frozenset[Hashable]:
    """Return the content keys within reach of an item."""
    return _contents(items, items.around(item, _NEIGHBOURS))


def _contents(items: Items, places: Sequence[int], but: int = -1) -> frozenset[Hashable]:
    """Return the content keys of the items at `places`, one of them left out."""
    return frozenset(items.keys[place] for place in places if items.contents[place] and place != but)
