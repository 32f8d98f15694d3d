"""Numbers of list items and headings as displayed: their counters, and how each level is written."""

from __future__ import annotations

import re

from ingest.parse.odf.names import Node, attribute, count, name
from ingest.parse.odf.styles import level_style
from ingest.parse.shared.numerals import counting_letters, letters, roman

_LEVEL = re.compile(r"%(\d{1,2})%")
_LARGEST = 10_000_000


class Counters:
    """The numbers that a list has reached on each of its levels, from 1."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def restart(self, level: int) -> None:
        """Let a level and those below it begin again."""
        self._counts = {reached: number for reached, number in self._counts.items() if reached < level}

    def next_mark(self, style: Node | None, level: int, start: int | None = None) -> str:
        """Count an item and return its number or bullet ("-") as displayed; nothing if it has none.

        `start` is the number that the author gave the item.
        """
        before = self._counts.get(level)
        first = _start(style, level) if before is None else before + 1
        self.restart(level + 1)
        self._counts[level] = first if start is None else start
        return self._mark(style, level)

    def _mark(self, style: Node | None, level: int) -> str:
        own = level_style(style, level)
        if style is None or name(own if own is not None else style).endswith(("-bullet", "-image")):
            return "-"
        if own is None:
            return ""
        if pattern := attribute(own, "loext:num-list-format") or attribute(own, "style:num-list-format"):
            return _LEVEL.sub(lambda found: self._number(style, int(found[1])), pattern).strip()
        shown = count(own, "text:display-levels", 1, level)
        numbers = [self._number(style, at) for at in range(level - shown + 1, level + 1)]
        written = ".".join(number for number in numbers if number) if self._number(style, level) else ""
        return f"{attribute(own, 'style:num-prefix')}{written}{attribute(own, 'style:num-suffix')}".strip()

    def _number(self, style: Node | None, level: int) -> str:
        own = level_style(style, level)
        number = self._counts.get(level, _start(style, level))
        match attribute(own, "style:num-format"):
            case "":
                return ""
            case "a" | "A" as form if number > 0:
                repeats = attribute(own, "style:num-letter-sync") == "true"
                written = letters(number) if repeats else counting_letters(number)
            case "i" | "I" as form:
                written = roman(number) or str(number)
            case form:
                written = str(number)
        return written.upper() if form in ("A", "I") else written


def _start(style: Node | None, level: int) -> int:
    return count(level_style(style, level), "text:start-value", 1, _LARGEST)
