"""Unicode normalisation that remembers where every character came from.

The text is brought to NFKC in clusters (a character and the marks that follow it), invisible characters are
dropped, dashes and quotes are unified, and each character of the result keeps the range it had in the original.
Case is kept: it tells names from words. Kept apart from NFKC, because it would lose what later stages need:
superscripts (a citation mark, a unit or a power; also in HTML), vulgar fractions (2½ is not 21/2) and no-break spaces
(48 000 is one number).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
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
    | dict.fromkeys("™©®\u00ad", "")
    | {"×": "x", "º": "°", "⁄": "/"}
    | {char: char for char in SUPERSCRIPT_DIGITS + VULGAR_FRACTIONS}
)

_RUN = re.compile(r"<(?:sup>\d{1,3}</sup>)?|[\x00-\x3b\x3d-\x5b\x5d-\x7f]+|\\+|[^\x00-\x7f]+")
_SUPERSCRIPT = re.compile(r"<sup>(\d{1,3})</sup>")
_TO_SUPERSCRIPT = str.maketrans("0123456789", SUPERSCRIPT_DIGITS)
_ESCAPABLE = re.compile(r"\\(?=[!\"#$%&'()*+,\-./:;<=>?@\[\]^_`{|}~])")

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

# The Stream-Safe Text Format of Unicode's UAX #15: canonical reordering takes quadratic time in the marks of one
# cluster, so that no cluster may have more than 30.
_MOST_MARKS = 30


class _Part(NamedTuple):
    """A part of the normalised text, which begins at `place`, and came from the original from `start` on.

    `copied`: each of its characters came from one character, the next from the next; otherwise all of them came from
    the whole range [start, end).
    """

    place: int
    start: int
    end: int
    copied: bool


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A normalised text, and the parts that it was made of; None where each character stands in its old place."""

    text: str
    parts: list[_Part] | None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original from which the non-empty range [start, end) of `text` was made."""
        if self.parts is None:
            return start, end
        first, last = _part_at(self.parts, start), _part_at(self.parts, end - 1)
        return (
            first.start + start - first.place if first.copied else first.start,
            last.start + end - last.place if last.copied else last.end,
        )


def _part_at(parts: list[_Part], place: int) -> _Part:
    return parts[bisect_right(parts, place, key=attrgetter("place")) - 1]


def normalise(original: str) -> NormalisedText:
    """Return the text in comparable form with a map back to it. Linear in its length."""
    if "\\" not in original and "<sup>" not in original:
        replaced = original if original.isascii() else _replaced(original)
        if replaced is not None:
            return NormalisedText(replaced, None)
    pieces: list[str] = []
    parts: list[_Part] = []
    place = copied_to = 0
    for start, end in _clusters(original):
        piece = original[start:end]
        copied = piece.isascii()
        if superscript := _SUPERSCRIPT.fullmatch(piece):
            piece, copied = superscript[1].translate(_TO_SUPERSCRIPT), False
        elif not copied:
            piece = _comparable(piece)
            copied = len(piece) == end - start == 1
        if piece and not (copied and copied_to == start and parts):
            parts.append(_Part(place, start, end, copied))
        if piece:
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


def _clusters(original: str) -> list[tuple[int, int]]:
    """Return the ranges to normalise as one: runs of ASCII, and each other character with its marks."""
    clusters: list[tuple[int, int]] = []
    for run in _RUN.finditer(original):
        start, end = run.span()
        if original[start] == "\\":
            # Markdown's escape: the last backslash of a run before punctuation is not part of the text.
            escapes = _ESCAPABLE.match(original, end - 1) is not None
            clusters.extend((position, position + 1) for position in range(start, end - escapes))
        elif original[start].isascii():
            clusters.append((start, end))
        else:
            _append_marked(original, start, end, clusters)
    return clusters


def _append_marked(original: str, start: int, end: int, clusters: list[tuple[int, int]]) -> None:
    """Append the clusters of a run of non-ASCII characters; its first marks belong to the ASCII letter before."""
    marks = 0
    for position in range(start, end):
        if not _continues(original[position]) or marks == _MOST_MARKS or not clusters:
            clusters.append((position, position + 1))
            marks = 0
            continue
        before, last = clusters[-1]
        if last != position:
            clusters.append((position, position + 1))
            continue
        marks += 1
        if marks == 1 and last - before > 1:
            clusters[-1] = (before, last - 1)
            before = last - 1
            clusters.append((before, last))
        clusters[-1] = (before, position + 1)


def _replaced(original: str) -> str | None:
    """Return the text in comparable form where each of its characters becomes one; None where one does not."""
    one_to_one = _one_to_one()
    text = original
    for char in set(_NOT_ASCII.findall(original)):
        one = one_to_one.get(char)
        if one is None:
            return None
        if one != char:
            text = text.replace(char, one)
    return text


@cache
def _one_to_one() -> dict[str, str]:
    """Return frequent characters that become one character whatever stands beside them."""
    frequent = map(chr, (*range(0xA0, 0x250), *range(0x2010, 0x2060), *range(0x20A0, 0x20C0)))
    return {char: one for char in frequent if len(one := _comparable(char)) == 1}


@lru_cache(maxsize=4096)
def _continues(char: str) -> bool:
    """Say whether a character may compose with the one before it: a mark, a Hangul vowel or final, a kana mark."""
    if unicodedata.category(char)[0] == "M":
        return True
    return "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb" or char in "\uff9e\uff9f"


@lru_cache(maxsize=4096)
def _comparable(cluster: str) -> str:
    """Return one cluster in comparable form, "" where nothing of it is visible."""
    if cluster in _UNIFIED:
        return _UNIFIED[cluster]
    visible = "".join(char for char in cluster if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", visible)
