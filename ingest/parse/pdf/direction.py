"""Text that runs from right to left (Arabic, Hebrew), placed as if it ran from left to right.

All later stages read from left to right. So a page of mostly such text is mirrored, with the lines drawn on it: then
the first word of a line, the first column and the label of a table's row are on the left. Within a line, what runs the
other way (Latin words on a mirrored page, Hebrew ones on another) is turned back in its place, as the Unicode
Bidirectional Algorithm (UAX 9) displays it, the other way round. Numbers keep the direction of their digits.

Not covered: two changes of direction within each other; a number between text of both directions, which may belong to
either.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from ingest.parse.pdf.geometry import Box, Page, Word

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
"""Characters that may run from right to left; digits and marks of these blocks are among them."""

_PRESENTED = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]")
"""Letters in the shape that they have at a place in a word, and ligatures."""

_SAME_BASELINE, _WIDE_GAP = 0.4, 0.75
"""In sizes of the font; see `lines.py`."""

Direction: TypeAlias = Literal["right", "left", "mark", ""]
"""Where the text goes on after a character: `mark` is one on a letter, and punctuation goes either way."""

Char: TypeAlias = tuple[str, float, float]
"""A character with its left and right edge."""


def direction_of(char: str) -> Direction:
    """Return the direction of a character."""
    kind = unicodedata.bidirectional(char)
    if kind in ("R", "AL"):
        return "left"
    if kind == "NSM":
        return "mark"
    return "right" if kind in ("L", "EN", "AN") else ""


def logical(chars: Sequence[Char]) -> str:
    """Return the text of a word that runs from right to left.

    `chars` are as pdfium returns them, which turns round what is displayed: then the letters of a ligature, which
    share one box, are in the wrong order, and a mark may be before the letter that it is on.
    """
    ordered: list[Char] = []
    for _, group in itertools.groupby(chars, key=lambda char: char[1:]):
        ordered += reversed(list(group))
    for number in range(len(ordered) - 1):
        (mark, *edges), (_, begin, end) = ordered[number : number + 2]
        if direction_of(mark) == "mark" and edges != [begin, end] and begin <= sum(edges) / 2 <= end:
            ordered[number : number + 2] = ordered[number + 1], ordered[number]
    text = "".join(char for char, _, _ in ordered)
    return _PRESENTED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def onwards(going: Direction, way: Direction, word: tuple[float, float], char: tuple[float, float]) -> float:
    """Return the distance from a word that is `going` one way to the next character, by their left and right edges.

    It is infinite if the character goes the other way.
    """
    if way == "mark" or char[0] == word[0]:
        return 0.0
    if way and going and way != going:
        return float("inf")
    return word[0] - char[1] if (going or way) == "left" else char[0] - word[1]


def from_left_to_right(page: Page) -> Page:
    """Return a page whose words are placed so that each line is read from left to right."""
    letters = Counter[Direction]()
    for word in page.words:
        letters[_way(word)] += len(word.text)
    if not letters["left"]:
        return page
    mirrored = letters["left"] > letters["right"]
    before = {word: previous for previous, word in itertools.pairwise(page.words)}
    words = [word for segment in _segments(page.words) for word in _placed(segment, mirrored, page.bounds, before)]
    if not mirrored:
        return replace(page, words=tuple(words))
    return replace(
        page,
        words=tuple(words),
        horizontals=tuple(_mirrored(box, page.bounds) for box in page.horizontals),
        verticals=tuple(_mirrored(box, page.bounds) for box in page.verticals),
    )


def _way(word: Word) -> Direction:
    """Return the direction of a word's letters; "" if it has none."""
    if word.text.isascii():
        return "right" if any(map(str.isalpha, word.text)) else ""
    kinds = map(unicodedata.bidirectional, word.text)
    return next(("right" if kind == "L" else "left" for kind in kinds if kind in ("L", "R", "AL")), "")


def _mirrored(box: Box, within: Box) -> Box:
    """Mirror a box in the middle of another one."""
    edges = within.left + within.right
    return box._replace(left=edges - box.right, right=edges - box.left)


def _segments(words: Sequence[Word]) -> list[list[Word]]:
    """Return the words of each line between its wide gaps, from left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda one: (one.baseline, one.left)):
        if rows and word.baseline - rows[-1][0].baseline <= _SAME_BASELINE * min(word.size, rows[-1][0].size):
            rows[-1].append(word)
        else:
            rows.append([word])
    segments: list[list[Word]] = []
    for row in rows:
        end = float("-inf")
        for word in sorted(row, key=lambda one: one.left):
            if word.left - end > _WIDE_GAP * word.size:
                segments.append([])
            segments[-1].append(word)
            end = max(end, word.right)
    return segments


_Placed: TypeAlias = tuple[Word, Word]
"""A word where it is read, and as it was."""


def _placed(segment: Sequence[Word], mirrored: bool, bounds: Box, before: Mapping[Word, Word]) -> Iterator[Word]:
    """Yield the words where they are read from left to right; `before` is the word that pdfium returns before one."""
    placed: list[_Placed] = [(word, word) for word in segment]
    if mirrored:
        placed = _turned_back(placed, bounds.left + bounds.right)
    own = _own_way(segment, mirrored)
    if own != ("left" if mirrored else "right"):
        placed = _turned_back(placed)
    for first, last in _runs([word for word, _ in placed], own):
        placed[first:last] = _turned_back(placed[first:last])
    last_word: Word | None = None
    for word, original in placed:
        if last_word is None:
            yield word
        else:
            # Between scripts there is a blank, for search's sake: pdfium has it on either side, or not at all.
            scripts = {_way(last_word), _way(word)} == {"left", "right"}
            yield word._replace(blank=scripts or (word.blank and before.get(original) == last_word))
        last_word = original


def _turned_back(words: Sequence[_Placed], edges: float | None = None) -> list[_Placed]:
    """Mirror words in their own middle, or in that of two edges, whose sum is given."""
    if edges is None:
        edges = min(word.left for word, _ in words) + max(word.right for word, _ in words)
    return [
        (word._replace(left=edges - word.right, right=edges - word.left), original) for word, original in words[::-1]
    ]


def _own_way(words: Sequence[Word], mirrored: bool) -> Direction:
    """Return the direction of a line: that of most letters, on a mirrored page of any; that of numbers is to the
    right."""
    letters = Counter[Direction]()
    for word in words:
        letters[_way(word)] += len(word.text)
    return "left" if letters["left"] > (0 if mirrored else letters["right"]) else "right"


def _runs(words: Sequence[Word], own: Direction) -> Iterator[tuple[int, int]]:
    """Yield where text of the other direction begins and ends. Numbers belong to it between its words, and beside
    Latin ones."""
    ways = [_way(word) for word in words]
    outer = [
        way not in ("", own) or (own == "left" and not way and any(map(str.isalnum, word.text)))
        for way, word in zip(ways, words, strict=True)
    ]
    start = 0
    for end in range(len(words) + 1):
        if end < len(words) and ways[end] != own:
            continue
        inside = [number for number in range(start, end) if outer[number]]
        if any(ways[number] for number in inside) and len(inside) > 1:
            yield inside[0], inside[-1] + 1
        start = end + 1
