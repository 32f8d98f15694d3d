"""Near-duplicates among the hits: passages whose text is almost the same take one place of the ranking.

A document that was filed three times would take three places of a short ranking, and displace what else answers. Two
passages are near-duplicates when they have the same numbers and the same negations, and their triples of words have a
Jaccard coefficient (shared / all) of at least .9 (Broder 1997, On the resemblance and containment of documents).
Headings do not count: a copy has a title of its own.

Two versions of a page that differ in a number or a negation are no near-duplicates, whatever else they share. They may
be a conflict (`app/answer/retrieval/conflicts.py`).

Not covered: a passage that contains another one, which happens where a change further up moves the ends of the chunks;
and copies that are not among the candidates of the search.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.answer.types import Passage
from app.grounding.lexicon.opposites import NEGATIONS
from app.grounding.text.citation_marker import NUMBERS
from core.types import Chunk, Hit

MAX_COPIES = 4
"""Near-duplicates that are kept beside a passage, to be cited with it; further ones are left out."""
_RESEMBLANCE = 0.9
_SHARED_TOKENS = 0.7
"""Jaccard coefficient of the BM25 tokens below which the words are not compared. It saves time, and is low enough to
decide nothing: the tokens of copies differ in those of their titles only."""
_SHINGLE = 3
"""Words. A text with fewer words is compared as a whole."""
_CITED = re.compile(rf"([^\n\[\]]*+)\[({NUMBERS})\]")
"""What a marker cites: the text before it in its line, back to the marker before."""
_WORD = re.compile(r"\w+(?:[.,:’'/-]\w+)*")


@dataclass(slots=True)
class _Place:
    """A place of the ranking: the best hit with this content, its copies, and its words once they are needed."""

    hits: list[Hit]
    words: _Words | None = field(default=None)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text: its triples, and the words that change what it says, with their counts."""

    shingles: frozenset[tuple[str, ...]]
    decisive: Counter[str]


def collapse(ranked: Sequence[Hit], limit: int) -> list[tuple[Hit, ...]]:
    """Return the first `limit` distinct contents in the ranking's order, each as its best hit and at most MAX_COPIES.

    Hits beyond the last place that are near-duplicates of a place are its copies, too.
    """
    places: list[_Place] = []
    for hit in ranked:
        place = next((place for place in places if _is_copy(hit, place)), None)
        if place is None:
            if len(places) < limit:
                places.append(_Place([hit]))
        elif len(place.hits) <= MAX_COPIES:
            place.hits.append(hit)
    return [tuple(place.hits) for place in places]


def are_near_duplicates(one: str, two: str) -> bool:
    """Say whether two texts are almost the same, with the same numbers and negations."""
    return _resemble(_words(one), _words(two))


def shingles_of(text: str) -> frozenset[tuple[str, ...]]:
    """Return the triples of words of a text."""
    return _words(text).shingles


def contains_sentence(chunk: Chunk, sentence: str) -> bool:
    """Say whether a chunk has the words of a sentence, in their order: a near-duplicate may lack the one quoted."""
    return f" {_joined(sentence)} " in f" {_joined(chunk.text)} "


def cite_copies(text: str, passages: Sequence[Passage]) -> str:
    """Return an extractive answer in which a sentence also cites the near-duplicates that have it: `[1, 2, 3]`."""
    copies: dict[int, list[Passage]] = {}
    for passage in passages:
        if passage.copy_of is not None:
            copies.setdefault(passage.copy_of, []).append(passage)

    def cited(match: re.Match[str]) -> str:
        quoted, written = match.groups()
        numbers = [int(number) for number in written.split(",")]
        near = [copy for number in numbers for copy in copies.get(number, ())]
        with_it = [copy.index for copy in near if contains_sentence(copy.chunk, quoted)]
        return f"{quoted}[{', '.join(map(str, sorted({*numbers, *with_it})))}]"

    return _CITED.sub(cited, text) if copies else text


def _is_copy(hit: Hit, place: _Place) -> bool:
    best = place.hits[0]
    shared = len(hit.tokens & best.tokens)
    if shared < _SHARED_TOKENS * (len(hit.tokens) + len(best.tokens) - shared):
        return False
    if place.words is None:
        place.words = _words(best.chunk.text)
    return _resemble(_words(hit.chunk.text), place.words)


def _resemble(one: _Words, two: _Words) -> bool:
    shared = len(one.shingles & two.shingles)
    union = len(one.shingles) + len(two.shingles) - shared
    return one.decisive == two.decisive and shared >= _RESEMBLANCE * union


def _words(text: str) -> _Words:
    words = [word.casefold() for word in _WORD.findall(text)]
    triples = {tuple(words[first : first + _SHINGLE]) for first in range(max(1, len(words) - _SHINGLE + 1))}
    return _Words(frozenset(triples), Counter(word for word in words if _is_decisive(word)))


def _is_decisive(word: str) -> bool:
    return any(character.isdigit() for character in word) or word in NEGATIONS or word.endswith(("n't", "n’t"))


def _joined(text: str) -> str:
    return " ".join(_WORD.findall(text)).casefold()
