"""Pages that are pictures: which they are, and their words from Tesseract's.

Positions become those of a page: the lines that Tesseract found are turned upright if the page was scanned sideways or
upside down, and made level if it was scanned askew, so that the cells of a table's row are on one baseline.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ingest.parse.images.ocr import Recognised, RecognisedWord, has_letters
from ingest.parse.pdf.geometry import Box, Page, Word

DPI = 300
"""What Tesseract's documentation recommends."""

_FEW_LETTERS = 50
"""A page with a picture and fewer letters than this is a scan; a stamp or a page number may be written on it."""

_PICTURE = 0.3
"""The part of a page that pictures cover at least if it is a scan."""

_UNREADABLE = 0.2
"""From this part of unreadable characters on, the picture of a page is read in place of its text."""

_HARD = 60
"""The mean confidence below which a page is reported. Clean print has 90 or more."""

_SAME_SIZE = 0.35
"""Sizes that differ less from the usual one are that one: they are measured from shapes."""

_DESCENDING = frozenset("gjpqyQ,;()[]{}|/@§ç")
_SMALL = frozenset("acemnorsuvwxzgpqy")


@dataclass(frozen=True, slots=True)
class _Placed:
    """The baseline of a line and the size of its font, in pixels."""

    baseline: float
    size: float


def is_scan(page: Page) -> bool:
    """Say whether a page has to be read as a picture."""
    letters = sum(len(word.text) for word in page.words)
    if page.unreadable > _UNREADABLE * letters > 0:
        return True
    # A page without any letter may show text as curves.
    return letters < _FEW_LETTERS and (page.images >= _PICTURE or (letters == 0 and page.drawn))


def with_recognised(page: Page, recognised: Recognised, scale: float) -> Page:
    """Return the page with the words of its picture, at `scale` pixels to a point, beside those that it has."""
    read = words_of_picture(recognised.words, scale, page.bounds)
    if page.unreadable or page.rotated:
        return replace(page, words=tuple(read), unreadable=0)
    others = [
        word
        for word in read
        if not any(
            Box(own.left, own.top, own.right, own.bottom).contains(
                (word.left + word.right) / 2, (word.top + word.bottom) / 2
            )
            for own in page.words
        )
    ]
    return replace(page, words=(*page.words, *others))


def hard_to_read(number: int, recognised: Recognised) -> str | None:
    """Return how to report a page with words that could not be read, or that is hard to read; None for a good one."""
    if recognised.problem:
        return f"page {number}: {recognised.problem}"
    guessed, confidence = recognised.guessed, recognised.confidence
    unread = f"{guessed} {'word' if guessed == 1 else 'words'} could not be read"
    if confidence >= _HARD:
        return f"page {number}: {unread}" if guessed else None
    hard = f"hard to read (mean confidence {confidence:.0f} of 100)"
    return f"page {number}: {unread}, and the others are {hard}" if guessed else f"page {number}: {hard}"


def words_of_picture(words: Sequence[RecognisedWord], scale: float, bounds: Box) -> list[Word]:
    """Return the words in points; `bounds` are the edges of the page in the picture."""
    lines: dict[tuple[int, int, int], list[RecognisedWord]] = defaultdict(list)
    for word in words:
        lines[word.line].append(word)
    angle = _direction(lines.values())
    placed = {line: [_upright(word, angle) for word in members] for line, members in lines.items()}
    # A dash or a "+" has neither the height nor the foot of a letter.
    lettered = {
        line: found for line, members in placed.items() if (found := [w for w in members if has_letters(w.text)])
    }
    slope = _slope(placed.values())
    sizes = {line: _size(members) for line, members in lettered.items()}
    usual = median([sizes[line] for line, members in lettered.items() for _ in members]) if lettered else None
    written = {
        line: _Placed(
            baseline=median([_baseline(word, slope) for word in members]),
            size=usual if usual and abs(sizes[line] - usual) <= _SAME_SIZE * usual else sizes[line],
        )
        for line, members in lettered.items()
    }
    result: list[Word] = []
    for line, members in placed.items():
        at = written.get(line) or _beside(members, slope, written.values(), usual)
        result += [_word(word, at.baseline, at.size, scale, bounds) for word in members]
    return result


def _beside(signs: Sequence[RecognisedWord], slope: float, lines: Iterable[_Placed], usual: float | None) -> _Placed:
    """Return where a line of signs only is: on the line beside it, so that a dash stays in the row of its table."""
    middle = median([_middle(word, slope) for word in signs])
    beside = [line for line in lines if line.baseline - 0.75 * line.size <= middle <= line.baseline + 0.25 * line.size]
    if beside:
        return min(beside, key=lambda line: abs(line.baseline - 0.3 * line.size - middle))
    size = usual or _size(signs)
    return _Placed(middle + 0.3 * size, size)


def _word(word: RecognisedWord, baseline: float, size: float, scale: float, bounds: Box) -> Word:
    return Word(
        text=word.text,
        left=bounds.left + word.left / scale,
        top=bounds.top + (baseline - 0.75 * size) / scale,
        right=bounds.left + word.right / scale,
        bottom=bounds.top + (baseline + 0.25 * size) / scale,
        baseline=bounds.top + baseline / scale,
        size=size / scale,
    )


def _direction(lines: Iterable[Sequence[RecognisedWord]]) -> int:
    """Return the quarter turns, clockwise, by which the text is turned: words of a line follow each other that way."""
    across = down = 0
    for line in lines:
        for before, after in itertools.pairwise(line):
            across += (after.left + after.right) - (before.left + before.right)
            down += (after.top + after.bottom) - (before.top + before.bottom)
    return round(math.atan2(down, across) / (math.pi / 2)) % 4 if across or down else 0


def _upright(word: RecognisedWord, turns: int) -> RecognisedWord:
    """Turn a word back by quarter turns; positions may become negative, which only shifts the page."""
    left, top, right, bottom = word.left, word.top, word.right, word.bottom
    for _ in range(turns):
        left, top, right, bottom = top, -right, bottom, -left
    return replace(word, left=left, top=top, right=right, bottom=bottom)


def _slope(lines: Iterable[Sequence[RecognisedWord]]) -> float:
    """Return how far a line falls in its length: 0 for a page that was scanned straight."""
    slopes = []
    for line in lines:
        first, last = line[0], line[-1]
        length = last.left - first.left
        if length > 10 * (first.bottom - first.top):
            slopes.append(((last.top + last.bottom) - (first.top + first.bottom)) / 2 / length)
    return median(slopes) if len(slopes) >= 3 else 0.0


def _baseline(word: RecognisedWord, slope: float) -> float:
    height = word.bottom - word.top
    below = 0.22 * height if _DESCENDING & set(word.text) else 0.0
    return word.bottom - below - slope * (word.left + word.right) / 2


def _middle(word: RecognisedWord, slope: float) -> float:
    return (word.top + word.bottom) / 2 - slope * (word.left + word.right) / 2


def _size(words: Sequence[RecognisedWord]) -> float:
    """Return the size of the font: capitals have 0.7 of it, small letters 0.5, those with a descender 0.2 more."""
    sizes = []
    for word in words:
        share = 0.5 if set(word.text) <= _SMALL else 0.72
        share += 0.2 if _DESCENDING & set(word.text) else 0.0
        sizes.append((word.bottom - word.top) / share)
    return median(sizes)
