"""The checkers that are compared: this project's, and two that a user would write in an hour.

All give the same plain outcome, so that every figure is computed by one code for all three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import Stemmer

from app.grounding import ContextIndex, check
from app.grounding.text.citation_marker import MARKER
from app.grounding.text.language import STOP_WORDS
from benchmarks.grounding.cases import Case

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")
_CITATION = re.compile(rf"{MARKER}|\[source \d+\]|\(source \d+\)", re.I)
_SENTENCE_START = re.compile(r"(?:\A|[.!?:]\s+|\n\s*)[\W_]*\Z")


@dataclass(frozen=True, slots=True)
class Mark:
    """One flagged range of an answer."""

    start: int
    end: int
    reason: str
    hard: bool
    confidence: float

    @property
    def range(self) -> tuple[int, int]:
        """The half-open range."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a checker says about one case; `score` is 1 where everything is supported."""

    case: Case
    marks: tuple[Mark, ...]
    score: float

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """All flagged ranges."""
        return [mark.range for mark in self.marks]

    @property
    def hard(self) -> list[tuple[int, int]]:
        """The ranges flagged hard."""
        return [mark.range for mark in self.marks if mark.hard]


Checker = Callable[[Sequence[Case]], list[Outcome]]


def groundwork(cases: Sequence[Case]) -> list[Outcome]:
    """This project's checker; contexts that follow each other in several cases are read once."""
    outcomes: dict[str, Outcome] = {}
    for contexts, group in groupby(sorted(cases, key=_contexts), key=_contexts):
        index = ContextIndex.build(contexts)
        for case in group:
            report = check(case.answer, index, case.question)
            marks = (Mark(f.start, f.end, f.reason, f.severity == "hard", f.confidence) for f in report.flags)
            outcomes[case.id] = Outcome(case, tuple(marks), report.score)
    return [outcomes[case.id] for case in cases]


def any_word(cases: Sequence[Case]) -> list[Outcome]:
    """V0: every content word whose stem no context has is flagged."""
    return [_outcome(case, _words(case.answer), "word_absent") for case in cases]


def numbers_and_names(cases: Sequence[Case]) -> list[Outcome]:
    """Tiers: absent words with a digit are flagged, and those with a capital that does not begin a sentence."""
    return [_outcome(case, list(filter(_is_tier, _words(case.answer))), "tier_absent") for case in cases]


def stems(text: str) -> frozenset[str]:
    """Return the stems of the content words of a text."""
    return frozenset(_stem(word.group().casefold()) for word in _words(text))


def _outcome(case: Case, words: Sequence[re.Match[str]], reason: str) -> Outcome:
    known = frozenset[str]().union(*map(_context_stems, case.contexts))
    absent = [word for word in words if _stem(word.group().casefold()) not in known]
    marks = tuple(Mark(*word.span(), reason, hard=True, confidence=1.0) for word in absent)
    return Outcome(case, marks, 1 - len(absent) / len(words) if words else 1.0)


def _contexts(case: Case) -> tuple[str, ...]:
    return case.contexts


def _words(text: str) -> list[re.Match[str]]:
    uncited = _CITATION.sub(lambda citation: " " * len(citation.group()), text)
    return [word for word in _WORD.finditer(uncited) if word.group().casefold() not in STOP_WORDS["en"]]


def _is_tier(word: re.Match[str]) -> bool:
    if word.group()[0].isdigit():
        return True
    return word.group()[0].isupper() and not _SENTENCE_START.search(
        word.string[max(0, word.start() - 12) : word.start()]
    )


@cache
def _context_stems(context: str) -> frozenset[str]:
    return stems(context)


@cache
def _stem(word: str) -> str:
    stem: str = _ENGLISH.stemWord(word)
    return stem


_ENGLISH = Stemmer.Stemmer("english")
