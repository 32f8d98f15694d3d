"""Citation markers: `[1]`, `[1, 2]`. A marker that names no passage is removed and counted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.answer.types import Passage
from app.grounding.text.citation_marker import MARKER_BEGINNING, NUMBERS

_MARKER = re.compile(rf"\[({NUMBERS})\]")
_REMOVED = re.compile(rf"[ \t]?\[({NUMBERS})\]")
# Every beginning of what `_REMOVED` matches.
_BEGINNING = re.compile(rf"[ \t]?{MARKER_BEGINNING}\Z|[ \t]\Z")


class MarkerFilter:
    """Filter an answer piece by piece, and keep only the markers that name a passage.

    The beginning of a marker is kept until the marker is complete, so that no text that was shown has to be withdrawn.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._known = {passage.index for passage in passages}
        self._pending = ""
        self.dropped = 0

    def feed(self, piece: str) -> str:
        """Take the next piece; return the text that can be shown now."""
        text = self._pending + piece
        unfinished = _BEGINNING.search(text)
        cut = unfinished.start() if unfinished else len(text)
        self._pending = text[cut:]
        return self._filtered(text[:cut])

    def end(self) -> str:
        """Return the rest of the answer."""
        text, self._pending = self._pending, ""
        return self._filtered(text)

    def _filtered(self, text: str) -> str:
        return _REMOVED.sub(self._replacement, text)

    def _replacement(self, match: re.Match[str]) -> str:
        numbers = [int(number) for number in match.group(1).split(",")]
        kept = [number for number in numbers if number in self._known]
        self.dropped += len(numbers) - len(kept)
        if not kept:
            return ""
        blank = match.group(0)[: match.group(0).index("[")]
        return f"{blank}[{', '.join(str(number) for number in kept)}]" if len(kept) < len(numbers) else match.group(0)


def cited_passages(text: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the passages that an answer cites, in the order of their numbers."""
    numbers = {int(number) for marker in _MARKER.finditer(text) for number in marker.group(1).split(",")}
    return tuple(passage for passage in passages if passage.index in numbers)


def without_markers(text: str) -> str:
    """Return the text without its citation markers."""
    return _REMOVED.sub("", text)
