"""Citation markers: `[1]`, `[1, 2]`. One that names no passage is removed and counted."""

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
    """Passes an answer through piece by piece and keeps only markers that resolve.

    A marker that may still be incomplete is held back, so that what was shown never has to be taken back.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._known = {passage.index for passage in passages}
        self._held = ""
        self.dropped = 0

    def feed(self, piece: str) -> str:
        """The text that can be shown now."""
        text = self._held + piece
        unfinished = _BEGINNING.search(text)
        cut = unfinished.start() if unfinished else len(text)
        self._held = text[cut:]
        return self._resolved(text[:cut])

    def end(self) -> str:
        """What was held back at the end of the answer."""
        text, self._held = self._held, ""
        return self._resolved(text)

    def _resolved(self, text: str) -> str:
        return _REMOVED.sub(self._keep, text)

    def _keep(self, match: re.Match[str]) -> str:
        numbers = [int(number) for number in match.group(1).split(",")]
        kept = [number for number in numbers if number in self._known]
        self.dropped += len(numbers) - len(kept)
        if not kept:
            return ""
        blank = match.group(0)[: match.group(0).index("[")]
        return f"{blank}[{', '.join(str(number) for number in kept)}]" if len(kept) < len(numbers) else match.group(0)


def cited_passages(text: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages that an answer cites, in the order of their numbers."""
    numbers = {int(number) for marker in _MARKER.finditer(text) for number in marker.group(1).split(",")}
    return tuple(passage for passage in passages if passage.index in numbers)
