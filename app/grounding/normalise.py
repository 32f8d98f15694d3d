"""Unicode normalisation that remembers where every character came from.

The text is brought to NFKC in clusters (a character and the marks that follow it), invisible characters are
dropped, dashes and quotes are unified, and each character of the result keeps the range it had in the original.
Case is kept: it tells names from words. Kept apart from NFKC, because it would lose what later stages need:
superscripts (a citation mark or a unit), vulgar fractions (2½ is not 21/2) and no-break spaces (48 000 is one number).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

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

_RUN = re.compile(r"[\x00-\x5b\x5d-\x7f]+|\\+|[^\x00-\x7f]+")
_ESCAPABLE = re.compile(r"\\(?=[!\"#$%&'()*+,\-./:;<=>?@\[\]^_`{|}~])")

# The Stream-Safe Text Format of Unicode's UAX #15: canonical reordering takes quadratic time in the marks of one
# cluster, so that no cluster may have more than 30.
_MOST_MARKS = 30


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A normalised text; character `i` came from `original[starts[i]:ends[i]]` (from `[i:i + 1]` where None)."""

    text: str
    starts: list[int] | None
    ends: list[int] | None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original from which the non-empty range [start, end) of `text` was made."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalise(original: str) -> NormalisedText:
    """Return the text in comparable form with a map back to it. Linear in its length."""
    if original.isascii() and "\\" not in original:
        return NormalisedText(original, None, None)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(original):
        piece = original[start:end]
        if piece.isascii():
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            piece = _comparable(piece)
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
        pieces.append(piece)
    return NormalisedText("".join(pieces), starts, ends)


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
