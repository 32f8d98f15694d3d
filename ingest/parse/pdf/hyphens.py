"""Join words that a hyphen parts at the end of a line.

The hyphen of a word that was broken goes, that of a compound stays ("well-known", "XR-4410-B", "2019-2020"). The file
says neither, so the document itself is asked: a form that is elsewhere within a line is the right one. Without such
evidence a hyphen stays after a digit, before a digit or a capital, within capitals, after a word that usually forms
compounds, and where both parts are English words and the joined one is not; otherwise it goes. The English words are
those in the vocabulary of the bundled embedder, which is on the machine anyway: 20,000 whole words.

Not covered: words that change when they are broken (German "Zuk-ker" before 1996).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from core.embedding.weights import bundled_model_path

HYPHEN = "\x02"
"""A hyphen that pdfium found at the end of a line."""

SOFT_HYPHEN = "\u00ad"
_ENDS = "-\u2010\x02\u00ad"

_WORD = re.compile(r"[^\W_]+(?:[-\u2010\u2011'’.][^\W_]+)*")
_LAST = re.compile(r"([^\W_]+(?:[-\u2010\u2011][^\W_]+)*)[-\u2010\x02\u00ad]$")
_LONGEST_WORD = 100
# "206–231–", "https://", "and/", "name@": no blank is before the next line.
_UNPARTED = re.compile(r"[^\W_][–—/@]$|://$")
_FIRST = re.compile(r"[^\W_]+")
_AND = frozenset("and or und oder bzw sowie to bis et ou y o e".split())

# Words and prefixes after which a hyphen at a line's end is most often a part of the spelling.
_COMPOUNDS = frozenset(
    "well self long short high low full part half all ever ill much new old two three four five six seven eight nine "
    "ten one first second third mid non ex cross multi quasi semi anti co user end cost time day year month week "
    "risk tax state year-end third-party client server data real open close fast free hard soft left right top "
    "bottom on off up down in out by so e pre post vice single double triple".split()
)


_LEAST_LETTERS = 3
"""Two letters are in the vocabulary as abbreviations."""


@cache
def _english_words() -> frozenset[str]:
    lines = (bundled_model_path() / "vocab.txt").read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line.isalpha() and len(line) >= _LEAST_LETTERS)


class Spelling:
    """The words of one document, as evidence for how a word is spelled."""

    def __init__(self, lines: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        parted = False
        for line in lines:
            # What is at the two sides of a line's end is in question.
            found = _WORD.findall(line)[parted:]
            parted = line.endswith(tuple(_ENDS))
            if parted:
                found = found[:-1]
            counts.update(word.replace("\u2010", "-").replace("\u2011", "-").casefold() for word in found)
        self._counts = counts

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Say whether the hyphen between two parts of a word is a part of its spelling."""
        if before[-1].isdigit() or not after[0].islower() or (before.isupper() and len(before) > 1):
            return True
        left, right = before.casefold(), after.casefold()
        compound, joined = self._counts[f"{left}-{right}"], self._counts[left + right]
        if compound or joined:
            return compound > joined
        last = re.split(r"[-\u2010\u2011]", left)[-1]
        if last in _COMPOUNDS:
            return True
        words = _english_words()
        return last + right not in words and last in words and right in words


def join_lines(lines: Iterable[str], spelling: Spelling, separators: Iterable[str] = ()) -> str:
    """Return the lines as one text. `separators` are what is between them, a blank or a line end; a blank if
    missing."""
    text = ""
    marks = iter(separators)
    for number, line in enumerate(lines):
        mark = next(marks, " ") if number else ""
        text = joined(text, line, spelling, mark) if number else line
    return plain(text)


def joined(text: str, line: str, spelling: Spelling, separator: str = " ") -> str:
    """Return the text with the next line after it."""
    tail = text[-_LONGEST_WORD:]
    ending, first = _LAST.search(tail), _FIRST.match(line)
    if _UNPARTED.search(tail) and line[:1].isalnum():
        return text + line
    if not ending or not first:
        if text and text[-1] in _ENDS and text[-2:-1].isalnum() and line[:1].isalnum():
            return text + line
        return f"{text}{separator}{line}"
    before, after = ending[1], first[0]
    if text.endswith(SOFT_HYPHEN):
        return text[:-1] + line
    if after in _AND:
        # "Ein- und Ausgang"
        return f"{text[:-1]}-{separator}{line}"
    if spelling.keeps_hyphen(before, after):
        return f"{text[:-1]}-{line}"
    return text[:-1] + line


def plain(text: str) -> str:
    """Return the text with plain hyphens for those that pdfium marks."""
    return text.replace(HYPHEN, "-")
