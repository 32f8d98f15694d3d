"""An answer is checked while it is still being written: sentence by sentence, each as soon as it is complete.

    stream = AnswerStream(index, question)
    for piece in pieces:
        for sentence in stream.feed(piece): ...
    for sentence in stream.finish(): ...

A sentence is complete when text that follows can no longer move its end: a stop may turn out to belong to "e.g.",
to "3.5" or to "Dr. Falk", a quotation mark or a citation may still follow it, a line may go on in the next one. It is
therefore given out once the text has gone on for `_LOOKAHEAD` code points behind it, and read in steps that depend on
the text alone, so that the same answer makes the same sentences however it arrives.

Where it differs from `check` on the whole answer: each sentence is read on its own, so that its language is told from
fewer words; a citation behind a stop belongs to the sentence before it; a fenced block is one sentence, and so is a
table, whose rows mean nothing without their header. Not covered: a mark that reaches further than `_LOOKAHEAD` beyond
a stop inside it (an HTML tag with a sentence in an attribute).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.grounding.check import check, joined
from app.grounding.compare.index import ContextIndex
from app.grounding.read import Cites, cites_nothing, sentences_of
from app.grounding.report import Report
from app.grounding.text.markers import mask
from app.grounding.text.normalise import normalise

# Code points. A citation mark has less than 80; what else decides (a month behind "5.", the next line) is shorter.
_LOOKAHEAD = 80
_STEP = 32
# A text in which no sentence ends is read again when it has grown by a quarter, so that reading stays linear.
_GROWTH = 4

_BLOCK = re.compile(
    r"""
    ^[ \t]*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?s:.*?)(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)
  | ^[ \t]*\|[^\n]*(?:\n[ \t]*\|[^\n]*)*
    """,
    re.VERBOSE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence (list item, heading, table, fenced block) that is complete, and what there is to say about it.

    `text` has the white space before the sentence, so that the texts of an answer's sentences make the answer;
    it begins at `start` in the whole answer. Offsets in `report` are those of the whole answer, too.
    """

    start: int
    text: str
    report: Report

    @property
    def end(self) -> int:
        """Where the sentence ends in the whole answer."""
        return self.start + len(self.text)

    @property
    def supported(self) -> bool:
        """Whether nothing of weight is flagged."""
        return all(sentence.supported for sentence in self.report.sentences)

    def moved(self, start: int, blanks: str) -> CheckedSentence:
        """The same sentence at another place, with other white space before it."""
        words = self.text.lstrip()
        by = start + len(blanks) - (self.end - len(words))
        return CheckedSentence(start, blanks + words, _shifted(self.report, by))


class AnswerStream:
    """Checks one answer, piece by piece, against one index; `cites` as in `check`. Takes time linear in the answer."""

    def __init__(self, index: ContextIndex, question: str | None = None, cites: Cites = cites_nothing) -> None:
        self._index = index
        self._question = question
        self._cites = cites
        self._seen: Counter[str] = Counter()
        self._pieces: list[str] = []
        self._held = 0
        self._due = _LOOKAHEAD + _STEP
        self._start = 0

    @property
    def reads_after(self) -> int:
        """How many code points more make it read what it was given; a piece that is shorter is only kept."""
        return self._due - self._held

    def feed(self, piece: str) -> tuple[CheckedSentence, ...]:
        """Take the next piece of the answer; return the sentences that are complete now."""
        complete: list[CheckedSentence] = []
        read = 0
        while read < len(piece):
            part = piece[read : read + self._due - self._held]
            read += len(part)
            self._pieces.append(part)
            self._held += len(part)
            if self._held == self._due:
                complete.extend(self._read())
        return tuple(complete)

    def finish(self) -> tuple[CheckedSentence, ...]:
        """Return the sentences that were still held back. Nothing can be fed afterwards."""
        pending = "".join(self._pieces)
        ends = _ends(pending, at_line_start=self._start == 0)
        # White space behind the last sentence is part of it.
        ends = [*ends[:-1], len(pending)] if pending else []
        return tuple(self._taken(pending, ends))

    def _read(self) -> Iterator[CheckedSentence]:
        """Read what is held back, and give out the sentences whose ends are certain."""
        pending = "".join(self._pieces)
        ends = _ends(pending, at_line_start=self._start == 0)
        ends = [end for end in ends[:-1] if end <= len(pending) - _LOOKAHEAD]
        yield from self._taken(pending, ends)
        rest = pending[ends[-1] :] if ends else pending
        self._pieces = [rest]
        self._held = len(rest)
        self._due = max(self._held + max(_STEP, self._held // _GROWTH), _LOOKAHEAD + _STEP)

    def _taken(self, pending: str, ends: Sequence[int]) -> Iterator[CheckedSentence]:
        """The checked sentences that end at `ends` of the pending text, which is left behind."""
        begin = 0
        for end in ends:
            text = pending[begin:end]
            report = check(text, self._index, self._question, self._cites, self._seen)
            yield CheckedSentence(self._start, text, _shifted(report, self._start))
            self._start += len(text)
            begin = end


def report_on(sentences: Sequence[CheckedSentence]) -> Report:
    """Return the report on the answer that the sentences make; its score is computed as in `check`."""
    return joined([sentence.report for sentence in sentences])


def _ends(text: str, *, at_line_start: bool) -> list[int]:
    """Where the sentences of `text` end; a fenced block is one sentence, and so is a table."""
    ends: list[int] = []
    begin = 0
    for block in _BLOCK.finditer(text):
        if block.start() == 0 and not at_line_start:
            continue
        ends.extend(_ends_of_prose(text, begin, block.start()))
        ends.append(block.end())
        begin = block.end()
    ends.extend(_ends_of_prose(text, begin, len(text)))
    return ends


def _ends_of_prose(text: str, start: int, end: int) -> list[int]:
    normalised = normalise(text[start:end])
    return [start + normalised.original_span(*span)[1] for span in sentences_of(mask(normalised.text))]


def _shifted(report: Report, by: int) -> Report:
    """The same report about a text that begins `by` code points later."""
    return replace(
        report,
        flags=tuple(replace(flag, start=flag.start + by, end=flag.end + by) for flag in report.flags),
        sentences=tuple(replace(one, start=one.start + by, end=one.end + by) for one in report.sentences),
        unjudged=tuple(replace(span, start=span.start + by, end=span.end + by) for span in report.unjudged),
    )
