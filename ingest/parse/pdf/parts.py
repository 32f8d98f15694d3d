"""Lines as rows of parts: what may be the cells of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.parse.pdf.geometry import Word
from ingest.parse.pdf.lines import Line, text_of

_CURRENCY = re.compile(r"\(?(?:US)?[$€£¥]$|\($")
_CLOSING = re.compile(r"[)%]+$")

VALUE = re.compile(
    r"[-–—−+(]?\s*(?:[$€£¥]\s*)?[-–—−(]?\d[\d.,'’ ]*\s*(?:[%)x×]|bps|pts|[kKmMbB]n?)*$|[-–—−]+$|[Nn]/?[AaMm]$|\*+$"
)
UNFINISHED = re.compile(r"\([^)]*$|\b(?:and|or|of|the)$|&$", re.IGNORECASE)
"""The end of a text that goes on in the next line."""

_YEAR = re.compile(r"(?:19|20)\d\d$")


@dataclass(frozen=True, slots=True)
class Part:
    """A cell's text on one line."""

    text: str
    left: float
    right: float
    start: float
    """The left edge with a currency sign."""

    @property
    def is_value(self) -> bool:
        """Say whether it is a number, an amount or a sign for none; a year is no value."""
        return bool(VALUE.match(self.text)) and not _YEAR.match(self.text)


@dataclass(frozen=True, slots=True)
class Row:
    """A line and its parts."""

    line: Line
    parts: tuple[Part, ...]

    @property
    def has_value(self) -> bool:
        """Say whether a part beside the label is a value."""
        return any(part.is_value for part in self.parts[1:]) or (len(self.parts) > 1 and self.parts[0].is_value)


def parts_of(line: Line) -> tuple[Part, ...]:
    """Return the parts of a line between wide gaps; a currency sign or a closing bracket belongs to its number."""
    groups: list[list[Word]] = []
    starts = {right for _, right in line.gaps}
    for word in line.words:
        alone = word.left in starts
        if not groups or (alone and not _belongs(groups[-1], word)):
            groups.append([word])
        else:
            groups[-1].append(word)
    return tuple(_part(group) for group in groups)


def _part(words: Sequence[Word]) -> Part:
    # A currency sign may be far left of its number, and is not there in every line: the number says the column.
    first = words[1] if len(words) > 1 and _CURRENCY.match(words[0].text) else words[0]
    return Part(text_of(words), first.left, max(word.right for word in words), words[0].left)


def _belongs(before: Sequence[Word], word: Word) -> bool:
    if len(before) == 1 and _CURRENCY.match(before[0].text):
        return word.text[:1] in "(-–—−" or word.text[:1].isdigit()
    near = word.left - before[-1].right < 6 * word.size
    return near and bool(_CLOSING.match(word.text)) and before[-1].text[-1:].isdigit()


def gap(above: Line, below: Line) -> float:
    """Return the distance between two lines, in sizes of the font."""
    return (below.box.top - above.box.bottom) / min(above.size, below.size)
