"""Unicode normalisation with a map from each character back to its place in the original.

The text is brought to NFKC in clusters (a character and the marks that follow it), invisible characters are dropped,
dashes and quotation marks are unified, and each character of the result keeps the range that it had in the original.
Letter case is kept: it distinguishes names from words. Three things are not brought to NFKC, because later steps need
them: superscripts (a citation mark, a unit or a power; also in HTML), vulgar fractions (2½ is not 21/2) and no-break
spaces (48 000 is one number).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

NO_BREAK_SPACE = "\u00a0"
SUPERSCRIPT_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
VULGAR_FRACTIONS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"

_UNIFIED = (
    dict.fromkeys("\u00a0\u2007\u2009\u202f", NO_BREAK_SPACE)
    | dict.fromkeys("‐‑−﹣－", "-")
    | dict.fromkeys("‒–", "–")
    | dict.fromkeys("—―", "—")
    | dict.fromkeys("‘’‚‛ʼ´′＇", "'")
    | dict.fromkeys("“”„‟«»″＂", '"')
    | dict.fromkeys("™©®\u00ad\\", "")
    | {"×": "x", "º": "°", "⁄": "/"}
    | {char: char for char in SUPERSCRIPT_DIGITS + VULGAR_FRACTIONS}
)
# Markdown's escape, the last backslash of a run before punctuation, is no part of the text.
_SPECIAL = re.compile(r"[^\x00-\x7f]|\\(?=[!\"#$%&'()*+,\-./:;<=>?@\[\]^_`{|}~])|<sup>\d{1,3}</sup>")
_TO_SUPERSCRIPT = str.maketrans("0123456789", SUPERSCRIPT_DIGITS, "</sup>")
# The Stream-Safe Text Format of Unicode's UAX #15: canonical reordering takes quadratic time in the marks of one
# cluster, so that no cluster may have more than 30.
_MOST_MARKS = 30


class _Part(NamedTuple):
    """The normalised text from `place` on, which was made of the original's [start, end).

    `copied`: character by character; otherwise each of its characters was made of the whole range.
    """

    place: int
    start: int
    end: int
    copied: bool


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A normalised text and the parts that it was made of; None where each character has its old place."""

    text: str
    parts: list[_Part] | None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original from which the non-empty range [start, end) of `text` was made."""
        if self.parts is None:
            return start, end
        first, last = (self.parts[bisect_right(self.parts, at, key=attrgetter("place")) - 1] for at in (start, end - 1))
        return (
            first.start + start - first.place if first.copied else first.start,
            last.start + end - last.place if last.copied else last.end,
        )


def normalise(original: str) -> NormalisedText:
    """Return the text in comparable form with a map back to it. Linear in its length."""
    special = frozenset(_SPECIAL.findall(original))
    if all(len(char) == len(_comparable(char)) == 1 and not _continues(char) for char in special):
        for char in special:
            original = original.replace(char, _comparable(char))
        return NormalisedText(original, None)
    pieces: list[str] = []
    parts: list[_Part] = []
    place = copied_to = 0
    for start, end, plain in _clusters(original):
        piece = original[start:end] if plain else _comparable(original[start:end])
        copied = plain or len(piece) == end - start == 1
        if piece:
            if not copied or copied_to != start or not parts:
                parts.append(_Part(place, start, end, copied))
            pieces.append(piece)
            place += len(piece)
            copied_to = end if copied else -1
    return NormalisedText("".join(pieces), parts)


def without_accents(word: str) -> str:
    """Return the word without its diacritics: "café" becomes "cafe"."""
    if word.isascii():
        return word
    # One character at a time: reordering the marks of a whole word would take quadratic time.
    decomposed = "".join(unicodedata.normalize("NFKD", char) for char in word)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _clusters(original: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the ranges of the text, and whether each is plain: escapes and characters beyond ASCII are not."""
    start = end = marks = 0
    for match in _SPECIAL.finditer(original):
        (place, last), continues = match.span(), _continues(match[0])
        if continues and place == end > start and marks < _MOST_MARKS:  # a mark of the cluster before it
            end += 1
            marks += 1
            continue
        if start < end:
            yield start, end, False
        marks = int(continues and place > end)  # a mark behind a letter of ASCII belongs to it
        start = place - marks
        if end < start:
            yield end, start, True
        end = last
    if start < end:
        yield start, end, False
    if end < len(original):
        yield end, len(original), True


@lru_cache(maxsize=4096)
def _continues(char: str) -> bool:
    """Say whether a character may compose with the one before it: a mark, a Hangul vowel or final, a kana mark."""
    if len(char) > 1:
        return False
    return (
        unicodedata.category(char)[0] == "M"
        or "\u1160" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7fb"
        or char in "\uff9e\uff9f"
    )


@lru_cache(maxsize=4096)
def _comparable(cluster: str) -> str:
    """Return one cluster in comparable form, "" where nothing of it is visible."""
    if cluster in _UNIFIED:
        return _UNIFIED[cluster]
    if cluster.startswith("<sup>"):
        return cluster.translate(_TO_SUPERSCRIPT)
    return unicodedata.normalize("NFKC", "".join(char for char in cluster if unicodedata.category(char) != "Cf"))
