"""The parts of an answer: words, code, citation markers, control tokens, and where its units end.

    unit    a sentence, list item, table row, heading or code block of an answer

An answer is split while it is written, and always in the same way, however it arrives: a part is given out as soon as
what follows can no longer change it. Words are given out at once. Only these wait:

    the beginning of a marker, a control token or inline code    until it is complete
    a stop, with the markers behind it                           for at most `_LOOKAHEAD` code points: it may belong to
                                                                 "e.g." or to "3.5"
    the beginning of a line                                      until it is clear whether it is an item, row or fence

The texts of all parts together are the answer. Brackets that are no markers are words: in code, in links
(`[7](https://…)`), ranges (`the range is [0, 100]`), indexes (`a[1] = 5`, `m[0]`), footnotes (`[^1]`).

Not covered: the marks that other programs write (`[1-3]`, `【1】`); an index outside of code that reads like a citation
(`so a[1] is it`); fences inside of quotations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.grounding.text.citation_marker import MARKER_BEGINNING, NUMBERS
from core.sentences import split_sentences

PartKind: TypeAlias = Literal["words", "code", "marker", "control", "stop", "end"]
UnitKind: TypeAlias = Literal["prose", "item", "row", "heading", "code"]

_LOOKAHEAD = 32
"""Code points behind a stop. The longest that decides is a month with its year."""
_LONGEST_INLINE_CODE = 300
_LONGEST_SENTENCE = 2000
"""Code points of a sentence that are read again at each of its stops."""
_WRAPPED_LINE = 50
"""As in core/sentences.py: a line this long without a stop may go on in the next one."""
_LARGEST_NUMBER = 100
"""The most passages that a model is given (`top_k`)."""

_MARKER = re.compile(rf"[ \t]*(?:\((?:see )?\[{NUMBERS}\]\)|\[{NUMBERS}\])")
_MARKER_BEGINS = re.compile(rf"[ \t]*(?:(?:\((?:s|se|see|see )?)?(?:{MARKER_BEGINNING})?|\((?:see )?\[{NUMBERS}\])\Z")
_MARKERS = re.compile(rf"(?:{_MARKER.pattern})*")
_NUMBER = re.compile(r"\d+")
# What follows a bracket that is an index or a link: a call, another index, an assignment, an attribute, an address.
_GOES_ON = re.compile(r"\(|\[0|\w|\.[a-z_]|[ \t]?=|:[ \t]*(?:https?:|/)")
_MAY_GO_ON = re.compile(r"[ \t.\[]?\Z|:[^\n]{0,6}\Z")
_RANGE = re.compile(
    r"(?:\b(?:range|interval|array|list|vector|tuple|indices|between|shape)s?\b[^.\n]{0,12}|[=∈])\s*\Z", re.I
)
_STOP = re.compile(r"[.!?…。！？｡]+[\"'”’»」』）)\]*_]*")
_ITEM_MARK = r"(?:[-*+•]|\d{1,3}[.)])[ \t]+"
_ITEM = re.compile(rf"[ \t]*{_ITEM_MARK}(?=\S)")
_LINE = re.compile(
    rf"[ \t]*(?:(?:{_ITEM_MARK})?(?P<fence>`{{3,}}|~{{3,}})|(?P<row>\|)|(?P<item>{_ITEM_MARK}(?=\S))"
    rf"|(?P<heading>#{{1,6}}[ \t]+(?=\S)))"
)
_LINE_BEGINS = re.compile(
    rf"[ \t]*(?:(?:{_ITEM_MARK})?(?:`{{1,2}}|~{{1,2}})"
    rf"|(?:[-*+•]|\d{{1,3}}[.)]?)[ \t]*|#{{1,6}}[ \t]*)?\Z"
)
_BLANKS = re.compile(r"[ \t]*")
_ENDS_LINE = re.compile(r"[ \t]*(?:\n|\Z)")
_CONTROL = re.compile(
    r"<\|[A-Za-z0-9_\-▁ ]{1,40}\|>|</?s>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|\[/?INST\]|<</?SYS>>"
)
_CONTROL_BEGINS = re.compile(
    r"(?:<\|?[A-Za-z0-9_\-▁ ]{0,40}\|?|</?s?|<<?/?(?:S(?:Y(?:S>?)?)?)?|\[/?(?:I(?:N(?:ST?)?)?)?)\Z"
)
_ENDS_TURN = frozenset(("</s>", "<eos>", "<end_of_turn>", "[INST]"))
_ENDS_TURN_NAMES = re.compile(r"<\|(?:im_end|im_start|eot_id|endoftext|end_of_text|end|eom_id|user|system)\|>")
_SPECIAL = re.compile(r"[`\[(<\n|.!?…。！？｡]|[ \t]+(?=[\[(\n]|\Z)|[ \t]+\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer.

    kind     "words" and "code" are shown as they are; "stop" is the end of a unit's text, before or behind which its
             markers are: a full stop, or the last bar of a row; "end" (without text) ends a unit
    numbers  of a marker, in the order in which they are written
    unit     the kind of the unit that the part belongs to
    """

    kind: PartKind
    text: str
    unit: UnitKind = "prose"
    numbers: tuple[int, ...] = ()

    @property
    def ends_turn(self) -> bool:
        """Whether a control token ends the answer: what follows is a turn that nobody has taken."""
        return self.kind == "control" and (self.text in _ENDS_TURN or bool(_ENDS_TURN_NAMES.fullmatch(self.text)))


class PartStream:
    """Splits one answer, piece by piece. Takes time linear in the answer."""

    def __init__(self) -> None:
        self._rest = ""
        self._unit: UnitKind = "prose"
        self._fence = ""
        self._at_line_start = True
        self._line = ""
        self._sentence = ""
        self._is_open = False

    def feed(self, piece: str) -> Iterator[Part]:
        """Take the next piece; yield the parts that are certain now."""
        self._rest += piece
        yield from self._read(final=False)

    def end(self) -> Iterator[Part]:
        """Yield the rest of the answer."""
        yield from self._read(final=True)
        if self._is_open:
            yield self._close()

    def _read(self, *, final: bool) -> Iterator[Part]:
        while self._rest:
            before = len(self._rest), self._at_line_start
            yield from self._step(final)
            if before == (len(self._rest), self._at_line_start):
                return

    def _step(self, final: bool) -> Iterator[Part]:
        if self._fence:
            yield from self._code_line(final)
        elif self._at_line_start:
            yield from self._line_start(final)
        else:
            yield from self._inside(final)

    # Code blocks

    def _code_line(self, final: bool) -> Iterator[Part]:
        line, newline, _ = self._rest.partition("\n")
        if self._at_line_start:
            bare = line.strip(" \t")
            if not newline and not final and not bare.strip(self._fence[0]):
                return  # It may become the closing fence.
            if len(bare) >= len(self._fence) and not bare.strip(self._fence[0]):
                yield self._take(len(line), "code")
                yield self._close()
                self._fence, self._unit = "", "prose"
                self._at_line_start = False
                return
        yield self._take(len(line) + len(newline), "code")
        self._at_line_start = bool(newline)

    # The beginning of a line

    def _line_start(self, final: bool) -> Iterator[Part]:
        if not final and _LINE_BEGINS.match(self._rest):
            return
        found = _LINE.match(self._rest)
        kind = found.lastgroup if found else None
        if kind == "fence" and found:
            line, newline, _ = self._rest.partition("\n")
            if not newline and not final:
                return
            if "`" in line[found.end() :]:
                # Inline code, of an item or of a paragraph.
                found = _ITEM.match(self._rest)
                kind = "item" if found else None
        blank = _ENDS_LINE.match(self._rest)
        if self._is_open and (kind or blank):
            yield self._close()
        if blank:
            if blank.end() or final:
                yield from self._words(max(blank.end(), 1))
            return
        if kind == "fence" and found:
            self._fence, self._unit = found["fence"], "code"
            yield self._take(self._rest.find("\n") + 1 or len(self._rest), "code")
            return
        self._at_line_start = False
        self._line = ""
        if not self._is_open:
            self._unit = "item" if kind == "item" else "row" if kind == "row" else "heading" if kind else "prose"
        if found:
            yield from self._words(found.end())

    # Inside a line

    def _inside(self, final: bool) -> Iterator[Part]:
        special = _SPECIAL.search(self._rest)
        if special is None or special.start():
            yield from self._words(special.start() if special else len(self._rest))
            return
        character = self._rest[special.end() - 1] if special.end() else ""
        if character in " \t":
            following = self._rest[special.end() : special.end() + 1]
            if not following and not final:
                return
            if following in ("[", "("):
                yield from self._bracket(final)
            else:
                yield from self._words(special.end())
        elif character == "`":
            yield from self._inline_code(final)
        elif character == "\n":
            yield from self._newline(final)
        elif character in "[(":
            yield from self._bracket(final)
        elif character == "<":
            yield from self._control(final)
        elif character == "|":
            yield from self._bar(final)
        else:
            yield from self._stop(final)

    def _inline_code(self, final: bool) -> Iterator[Part]:
        line = self._rest.partition("\n")[0][:_LONGEST_INLINE_CODE]
        ticks = len(line) - len(line.lstrip("`"))
        is_complete = final or len(line) < len(self._rest) or len(line) == _LONGEST_INLINE_CODE
        if ticks == len(line) and not is_complete:
            return
        closing = re.compile(rf"(?<!`)`{{{ticks}}}(?!`)").search(line, ticks)
        # A closing mark at the end of what has come may be longer than it seems.
        if closing is None or (closing.end() == len(line) and not is_complete):
            if is_complete:
                yield from self._words(ticks)
            return
        yield self._take(closing.end(), "code")

    def _newline(self, final: bool) -> Iterator[Part]:
        if self._unit == "prose" and self._is_open and self._may_go_on():
            if not final and _LINE_BEGINS.match(self._rest, 1):
                return
            if _LINE.match(self._rest, 1) or _ENDS_LINE.match(self._rest, 1):
                yield self._close()
        elif self._is_open:
            yield self._close()
        yield from self._words(1)
        self._at_line_start = True

    def _may_go_on(self) -> bool:
        return len(self._line) >= _WRAPPED_LINE and self._line.rstrip()[-1:] not in ".!?:;|。"

    def _bracket(self, final: bool) -> Iterator[Part]:
        if not final and _MARKER_BEGINS.match(self._rest):
            return
        found = _MARKER.match(self._rest)
        if found is None:
            yield from self._control(final)
            return
        following = self._rest[found.end() : found.end() + 8]
        if not final and _MAY_GO_ON.match(following):
            return
        if self._is_marker(found[0], following):
            yield self._take(found.end(), "marker", _numbers(found[0]))
        else:
            yield from self._words(found.end())

    def _is_marker(self, text: str, following: str) -> bool:
        numbers = _numbers(text)
        if not all(0 < number <= _LARGEST_NUMBER for number in numbers) or _GOES_ON.match(following):
            return False
        return len(numbers) == 1 or _RANGE.search(self._line[-40:]) is None

    def _control(self, final: bool) -> Iterator[Part]:
        blanks = _BLANKS.match(self._rest)
        start = blanks.end() if blanks else 0
        if found := _CONTROL.match(self._rest, start):
            if start:
                yield from self._words(start)
            yield self._take(found.end() - start, "control")
        elif final or not _CONTROL_BEGINS.match(self._rest, start):
            yield from self._words(start + 1)

    def _bar(self, final: bool) -> Iterator[Part]:
        """A bar: the last one of a row ends its text."""
        if self._unit != "row":
            yield from self._words(1)
            return
        markers = _MARKERS.match(self._rest, 1)
        end = markers.end() if markers else 1
        blanks = _ENDS_LINE.match(self._rest, end)
        if not final and _MARKER_BEGINS.match(self._rest, end):
            return
        if blanks:
            yield self._take(1, "stop")
            yield from self._markers(end - 1)
        else:
            yield from self._words(1)

    def _stop(self, final: bool) -> Iterator[Part]:
        found = _STOP.match(self._rest)
        if found is None:
            yield from self._words(1)
            return
        markers = _MARKERS.match(self._rest, found.end())
        end = markers.end() if markers else found.end()
        behind = self._rest[end:]
        ends_line = _ENDS_LINE.match(behind)
        is_line_end = ends_line is not None and (final or "\n" in ends_line[0])
        if not final and not is_line_end:
            if self._unit != "prose" and behind.strip(" \t") and not _MARKER_BEGINS.match(behind):
                pass  # Something else follows in an item: the stop is inside of it.
            elif len(behind) < _LOOKAHEAD and "\n" not in behind:
                return
        if is_line_end or (self._unit == "prose" and self._is_sentence_end(found[0], end)):
            yield self._take(found.end(), "stop")
            yield from self._markers(end - found.end())
            if not is_line_end:
                yield self._close()
        else:
            yield from self._words(found.end())

    def _is_sentence_end(self, stop: str, end: int) -> bool:
        before = self._sentence[-_LONGEST_SENTENCE:]
        behind = self._rest[: end + _LOOKAHEAD].partition("\n")[0]
        text = before + behind
        ends = {last for _, last in split_sentences(text, wrapped=True)}
        return bool(ends & {len(before) + len(stop), len(before) + end})

    def _markers(self, length: int) -> Iterator[Part]:
        """Yield the markers behind a stop."""
        end = len(self._rest) - length
        while len(self._rest) > end and (found := _MARKER.match(self._rest)):
            if all(0 < number <= _LARGEST_NUMBER for number in _numbers(found[0])):
                yield self._take(found.end(), "marker", _numbers(found[0]))
            else:
                yield from self._words(found.end())

    # Taking text

    def _take(self, length: int, kind: PartKind, numbers: tuple[int, ...] = ()) -> Part:
        text, self._rest = self._rest[:length], self._rest[length:]
        self._is_open = True
        if kind != "marker" and not self._fence:
            self._line += text
            self._sentence += text
        return Part(kind, text, self._unit, numbers)

    def _words(self, length: int) -> Iterator[Part]:
        was_open = self._is_open
        part = self._take(length, "words")
        self._is_open = was_open or not part.text.isspace()
        if part.text:
            yield part

    def _close(self) -> Part:
        unit = self._unit
        self._unit, self._sentence, self._is_open = "prose", "", False
        return Part("end", "", unit)


def split_parts(text: str) -> list[Part]:
    """Return the parts of a whole answer."""
    stream = PartStream()
    return [*stream.feed(text), *stream.end()]


def _numbers(marker: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBER.findall(marker)))
