"""What is shown of a model's answer, and when: computed citations, without control tokens, and nothing degenerate.

Text that was shown cannot be withdrawn. So it is decided before, by how much is held until it is known to be good:

    "nothing"     words are shown as they come. Only what may be a repetition, or a part of the prompt, is held until
                  something new follows
    "every unit"  each unit is held until it is complete: for small models, which often loop inside of a sentence, and
                  for the grounding policies that check it before it is shown

Marks in front of the first word are held until it comes: an answer without any is empty.

When the answer turns out to be degenerate, what is held is discarded, and writing ends. Where nothing was shown, the
extractive answer replaces it; else what was shown remains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from app.answer.citations import CitationWriter
from app.answer.generated.degenerate import PIECES, EchoWatch, RepetitionWatch
from app.answer.parts import Part, PartKind, PartStream
from app.answer.types import DegradedReason

Hold: TypeAlias = Literal["nothing", "every unit"]

_SHOWN_MARKS = 20
"""Characters of an answer without a word that the log has."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an answer is degenerate; `cause` is for the log."""

    reason: DegradedReason
    cause: str


class ShownText:
    """Filters one answer, piece by piece. The same answer is shown in the same way, however it arrives.

    fault    what is wrong with the answer; None while nothing is
    is_over  nothing that follows will be shown, so that the request can be cancelled
    """

    def __init__(self, citations: CitationWriter, echo: EchoWatch, hold: Hold) -> None:
        self.fault: Fault | None = None
        self.is_over = False
        self._parts = PartStream()
        self._citations = citations
        self._repetition = RepetitionWatch()
        self._echo = echo
        self._hold = hold
        self._held = ""
        self._begun = False
        self._last_kind: PartKind = "end"

    def feed(self, piece: str) -> str:
        """Take the next piece of the answer; return the text that can be shown now."""
        return "" if self.is_over else self._read(self._parts.feed(piece))

    def end(self, reason: Literal["stop", "length"]) -> str:
        """Return the rest of the answer. With the reason "length", an unfinished unit at its end is a fault."""
        if self.is_over:
            return ""
        parts = list(self._parts.end())
        *before, last = [self._last_kind, *(part.kind for part in parts)]
        is_cut = reason == "length" and last == "end" and not _ends_with_stop(before)
        is_whole = not is_cut or self._hold != "every unit"
        shown = self._read(parts if is_whole else parts[:-1])
        if self.is_over or self._has_no_word():
            return shown
        if is_cut:
            self._fail("cut", "it reached the limit of tokens in the middle of a sentence")
        return shown + self._released() if is_whole else shown

    def _read(self, parts: Iterable[Part]) -> str:
        shown = ""
        for part in parts:
            shown += self._part(part)
            self._last_kind = part.kind
            if self.is_over:
                break
        return shown

    def _part(self, part: Part) -> str:
        if part.kind == "control":
            return self._control(part)
        if part.kind == "end":
            self._repetition.end_unit()
            if self._is_faulty():
                return ""
            return self._show(self._citations.feed(part), is_unit_end=True)
        if part.kind == "marker":
            self._repetition.marker()
            for piece in PIECES.findall(part.text):
                self._echo.read(piece)
            return "" if self._is_faulty() else self._show(self._citations.feed(part))
        return self._words(part)

    def _control(self, part: Part) -> str:
        if not part.ends_turn or not (self._begun or self._held):
            return ""
        self.is_over = True
        self._held += self._citations.feed(Part("end", "", part.unit))
        return "" if self._has_no_word() else self._released()

    def _words(self, part: Part) -> str:
        """Show a part up to the word with which a fault is found."""
        good = place = 0
        for piece in PIECES.findall(part.text):
            self._repetition.read(piece, part.unit)
            self._echo.read(piece)
            if self._is_faulty():
                break
            place += len(piece)
            if not self._holds():
                good = place
        if part.kind == "stop":
            return "" if self.is_over else self._show(self._citations.feed(part))
        shown = ""
        if good:
            self._held += self._citations.feed(replace(part, text=part.text[:good]))
            shown = self._released()
        if good < len(part.text) and not self.is_over:
            self._held += self._citations.feed(replace(part, text=part.text[good:]))
        return shown

    def _holds(self, *, is_unit_end: bool = False) -> bool:
        if self._repetition.holds or self._echo.holds or not self._repetition.has_words:
            return True
        return self._hold == "every unit" and not is_unit_end

    def _show(self, text: str, *, is_unit_end: bool = False) -> str:
        self._held += text
        return "" if self._holds(is_unit_end=is_unit_end) else self._released()

    def _released(self) -> str:
        text, self._held = self._held, ""
        text = text if self._begun else text.lstrip()
        self._begun = self._begun or bool(text)
        return text

    def _is_faulty(self) -> bool:
        if self._repetition.loop is not None:
            self._fail("looping", f"it repeats itself: {self._repetition.loop}")
        elif self._echo.echo is not None:
            self._fail("echo", f"it repeats its prompt: {self._echo.echo!r}")
        return self.is_over

    def _has_no_word(self) -> bool:
        """Say whether the answer, at its end, is nothing but marks; then it is a fault."""
        if self._repetition.has_words or not self._held.strip():
            return False
        self._fail("empty", f"it wrote no word, only marks: {self._held.strip()[:_SHOWN_MARKS]!r}")
        return True

    def _fail(self, reason: DegradedReason, cause: str) -> None:
        self.fault = Fault(reason, cause)
        self.is_over = True


def _ends_with_stop(kinds: Sequence[PartKind]) -> bool:
    """Whether the last unit ends with a stop, whatever markers are behind it."""
    return next((kind for kind in reversed(kinds) if kind != "marker"), "end") in ("stop", "end")
