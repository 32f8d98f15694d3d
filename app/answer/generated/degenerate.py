"""Recognise a degenerate answer while it is written: one that repeats itself, or that repeats the prompt.

`RepetitionWatch` reads an answer word by word and says when it loops:

    units    sentences and items that the answer has already, at least `_REPEATED_UNITS` in a row with `_REPEATED_WORDS`
             words in total
    words    the same words again and again at a constant distance, whatever the punctuation
    marks    a run of `_FLOOD` characters without a word: dots, bars, blank lines, citation markers; or one letter
             without end

What repeats is recognised after a part of it has been written. So that it need not be shown, the watch `holds` the text
from the beginning of a unit that begins like an earlier one, and from the eighth word of a repetition, until something
new follows. Code, table rows and JSON repeat by nature: only long loops count there.

`EchoWatch` says when the answer repeats the prompt: its beginning is that of the sources, or a line of it is a line of
the system prompt, of the example, or the question under its label. It `holds` while that may still be.

Tried on 2,124 real answers without an alarm (docs/answers.md). Not covered: loops in which a number grows ("Step 1 …,
Step 2 …"), which are listed like real steps; paraphrases; a passage that is copied whole, which is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from app.answer.parts import UnitKind, split_parts

PIECES = re.compile(r"\w+|\W")
"""The letters and digits of one word, or one other character."""

_REPEATED_UNITS = 2
_REPEATED_WORDS = 24
_MANY_UNITS = 4
_SHORT_UNIT = 3
"""Words. Shorter units may repeat ("None.", "- yes")."""
_HOLD = 8
"""Repeated words from which on the text is held."""
_SHORT_PERIOD, _LONG_PERIOD = 3, 12
_FLOOD = 200
_MARKER_FLOOD = 12
"""Characters for which a marker counts."""
_STRUCTURED_FACTOR = 6
"""Loops in code, rows and JSON are so many times as long."""
_LETTERS = 100
"""Letters of a word of at most three different ones."""
_STRUCTURED_BEGINNINGS = '|{}[]"'

_ECHO = 40
"""Characters that have to agree; fewer where the repeated line is shorter, but not less than `_SHORT_LINE`."""
_SHORT_LINE = 20
_QUESTION_ECHO = 60
_LONGEST_OPENING = 400
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LINE_MARKS = "-*•#> "


class RepetitionWatch:
    """Watches one answer. `loop` says what repeats, as a part of a sentence for the log; None while nothing does."""

    def __init__(self) -> None:
        self.loop: str | None = None
        self._units: set[str] = set()
        self._alike: list[str] = []
        self._unit = ""
        self._unit_words = 0
        self._gap = False
        self._mark = ""
        self._is_structured = False
        self._repeats = self._repeated_words = 0
        self._words: list[str] = []
        self._word = ""
        self._last: dict[tuple[str, ...], int] = {}
        self._period = self._run = 0
        self._flood = 0

    @property
    def holds(self) -> bool:
        """Whether what comes now may be the repetition of something, and is better not shown yet."""
        if self._is_structured:
            return self._run > _HOLD * _STRUCTURED_FACTOR
        return bool(self._alike) or self._run >= _HOLD or (self._repeats > 0 and not self._unit)

    @property
    def has_words(self) -> bool:
        """Whether a word was read."""
        return bool(self._words or self._word)

    def read(self, piece: str, kind: UnitKind) -> None:
        """Read the next piece of a unit: letters and digits of one word, or one other character."""
        is_word = piece.isalnum() or "_" in piece
        if piece.isspace():
            self._gap = True
        elif not self._unit and kind == "item" and not (self._mark and self._gap):
            # The mark of an item ends with a blank; its number is no part of what is repeated.
            self._mark, self._gap = self._mark + piece, False
        else:
            if not self._unit:
                self._is_structured = kind in ("code", "row") or piece in _STRUCTURED_BEGINNINGS
            self._extend(piece.casefold())
        if not is_word:
            self._end_word()
            self._count_flood(1)
        elif _IDEOGRAPHS.search(piece):
            for character in piece:
                self._word += character
                self._end_word()
        else:
            self._word += piece.casefold()

    def marker(self) -> None:
        """Read a citation marker."""
        self._end_word()
        self._count_flood(_MARKER_FLOOD)

    def end_unit(self) -> None:
        """Read the end of a unit."""
        self._end_word()
        unit = self._unit
        if self._is_structured or self._unit_words < _SHORT_UNIT:
            pass
        elif unit in self._units:
            self._repeats += 1
            self._repeated_words += self._unit_words
            enough = self._repeats >= _REPEATED_UNITS and self._repeated_words >= _REPEATED_WORDS
            if enough or self._repeats >= _MANY_UNITS:
                self._found(f"{self._repeats} sentences or items in a row that it had written before")
        else:
            self._repeats = self._repeated_words = 0
            self._units.add(unit)
        self._unit, self._unit_words, self._alike, self._mark = "", 0, [], ""
        self._gap = self._is_structured = False

    def _extend(self, piece: str) -> None:
        length = len(self._unit)
        if length:
            added = f" {piece}" if self._gap else piece
            if self._alike:
                self._alike = [unit for unit in self._alike if unit.startswith(added, length)]
            self._unit += added
        else:
            self._unit = piece
            if not self._is_structured:
                self._alike = [unit for unit in self._units if unit.startswith(piece)]
        self._gap = False

    def _end_word(self) -> None:
        word, self._word = self._word, ""
        if not word:
            return
        self._flood = 0
        self._unit_words += 1
        if len(word) >= _LETTERS and len(set(word)) <= _SHORT_PERIOD:
            self._found(f"the letters {word[:_SHORT_PERIOD]!r} {len(word)} times")
        place = len(self._words)
        self._words.append(word)
        if place < 2:
            return
        three = (self._words[place - 2], self._words[place - 1], word)
        period = place - self._last.get(three, place)
        self._last[three] = place
        if self._run and place >= self._period and self._words[place - self._period] == word:
            self._run += 1
        elif period:
            self._run, self._period = len(three), period
        else:
            self._run = self._period = 0
        self._check_run()

    def _check_run(self) -> None:
        period = self._period
        copies = 3 if period < _LONG_PERIOD else 2
        least = max(12 if period <= _SHORT_PERIOD else _REPEATED_WORDS, copies * period)
        if self._is_structured:
            least *= _STRUCTURED_FACTOR
        if self._run >= least:
            self._found(f"the last {self._run} words repeat at a distance of {period}")

    def _count_flood(self, length: int) -> None:
        self._flood += length
        if self._flood >= _FLOOD * (_STRUCTURED_FACTOR if self._is_structured else 1):
            self._found("marks without a word between them")

    def _found(self, loop: str) -> None:
        self.loop = self.loop or loop


def find_loop(answer: str) -> str | None:
    """Return what repeats in a whole answer, as a part of a sentence; None where nothing does."""
    watch = RepetitionWatch()
    for part in split_parts(answer):
        if part.kind == "end":
            watch.end_unit()
        elif part.kind == "marker":
            watch.marker()
        elif part.kind != "control":
            for piece in PIECES.findall(part.text):
                watch.read(piece, part.unit)
    return watch.loop


class EchoWatch:
    """Watches one answer for its prompt. `echo` says what is repeated; None while nothing is.

    openings  texts with which the answer may not begin
    lines     texts with which no line of it may begin, each with the number of characters that have to agree
    """

    def __init__(self, openings: Iterable[str], lines: Iterable[tuple[str, int]]) -> None:
        self.echo: str | None = None
        self._lines = [(_plain(text), length) for text, length in lines]
        self._alike = [*self._lines, *((_plain(text), min(_ECHO, len(_plain(text)))) for text in openings)]
        self._text = ""
        self._gap = False

    @property
    def holds(self) -> bool:
        """Whether what comes now may be a part of the prompt."""
        return bool(self._text and self._alike)

    def read(self, piece: str) -> None:
        """Read the next letters and digits of one word, or one other character, whatever they belong to."""
        if piece == "\n" and self._text:
            # An opening goes on over the end of its first line.
            self._alike = [(text, length) for text, length in self._alike if text.startswith(f"{self._text} ")]
            if not self._alike:
                self._text, self._gap, self._alike = "", False, self._lines
                return
        if not self._alike:
            return
        if piece.isspace():
            self._gap = True
        elif self._text or piece not in _LINE_MARKS:
            added = f" {piece.casefold()}" if self._gap and self._text else piece.casefold()
            self._alike = [(text, least) for text, least in self._alike if text.startswith(added, len(self._text))]
            self._text, self._gap = self._text + added, False
            for text, least in self._alike:
                if len(self._text) >= least:
                    self.echo = self.echo or text[:_ECHO]


def echo_watch(
    fixed: Sequence[str], request: str, question: str, is_allowed: Callable[[str], bool] = lambda _: False
) -> EchoWatch:
    """Return the watch for the answer to a prompt: its rules and example, its last message, and the question in that.

    `is_allowed` says of a line that the model may repeat it: the refusal is in the rules for that.
    """
    request = request[:_LONGEST_OPENING]
    openings = [text for text in (request, request.partition("\n")[2]) if len(_plain(text)) >= _SHORT_LINE]
    rules = (line.strip(_LINE_MARKS) for text in fixed for line in text.splitlines())
    kept = {line for line in rules if len(_plain(line)) >= _SHORT_LINE and not is_allowed(line)}
    asked = f"Question: {question}"
    lines = [(line, min(_ECHO, len(_plain(line)))) for line in sorted(kept)]
    return EchoWatch(openings, [*lines, (asked, min(_QUESTION_ECHO, len(_plain(asked))))])


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
