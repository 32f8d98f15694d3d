"""The number or bullet of each paragraph of a list, as Word displays it.

Counters belong to an abstract list, so that several lists made from one continue each other; a list with its own
start value begins again where it is first used.

Not covered: pictures as bullets (a plain bullet), and numbers of the old field types LISTNUM and AUTONUM.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from lxml import etree

from ingest.parse.ooxml.names import attribute, child, descendants, is_on
from ingest.parse.shared.compose import Label, bullet
from ingest.parse.shared.numerals import number
from ingest.parse.shared.symbols import decode_symbols
from ingest.parse.word.docx.styles import Styles

_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list. `text` has %1 for the number of the first level.

    `restart` is the level, from 1, after which the numbers begin again; None means any level above.
    """

    style: str = "decimal"
    text: str = ""
    start: int = 1
    legal: bool = False
    restart: int | None = None
    paragraph_style: str = ""


class Numbering:
    """The lists of a document with their counters: `label` is called once for each paragraph, in reading order."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        elements = list(descendants(root, "w:abstractNum")) if root is not None else []
        self._abstract = {attribute(element, "w:abstractNumId"): element for element in elements}
        lists = list(descendants(root, "w:num")) if root is not None else []
        self._lists = {attribute(element, "w:numId"): element for element in lists}
        self._levels: dict[str, dict[int, Level]] = {}
        self._counters: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[tuple[str, int]] = set()

    def label(self, paragraph: etree._Element) -> Label | None:
        """Return the label of a paragraph, and count it; None for one that is in no list."""
        found = self._styles.numbering(paragraph)
        if found is None or found[0] not in self._lists:
            return None
        list_id, given, style_id = found
        levels = self._levels_of(list_id)
        depth = given if given is not None else _level_of_style(levels, style_id)
        level = levels.get(depth)
        if level is None:
            return None
        self._count(list_id, depth)
        if level.style == "bullet":
            return Label(bullet(level.text), depth, is_bullet=True)
        return Label(self._text(list_id, depth), depth, is_bullet=False)

    def _count(self, list_id: str, depth: int) -> None:
        levels, counters = self._levels_of(list_id), self._counters[self._abstract_of(list_id)]
        restarted = (list_id, depth) not in self._begun and self._start_override(list_id, depth) is not None
        self._begun.add((list_id, depth))
        if restarted or depth not in counters:
            counters[depth] = levels[depth].start
        else:
            counters[depth] += 1
        for deeper in [other for other in counters if other > depth]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or depth < restart:
                del counters[deeper]

    def _text(self, list_id: str, depth: int) -> str:
        levels, counters = self._levels_of(list_id), self._counters[self._abstract_of(list_id)]
        legal = levels[depth].legal

        def place(match: re.Match[str]) -> str:
            index = int(match[1]) - 1
            level = levels.get(index, Level())
            style = "decimal" if legal and level.style not in ("none", "decimalZero") else level.style
            return number(counters.get(index, level.start), style)

        return _PLACE.sub(place, levels[depth].text).strip()

    def _levels_of(self, list_id: str) -> dict[int, Level]:
        if list_id not in self._levels:
            levels = {depth: _level(element) for depth, element in self._level_elements(list_id)}
            for depth in levels:
                if (start := self._start_override(list_id, depth)) is not None:
                    levels[depth] = _started(levels[depth], start)
            self._levels[list_id] = levels
        return self._levels[list_id]

    def _level_elements(self, list_id: str) -> list[tuple[int, etree._Element]]:
        abstract = self._abstract.get(self._abstract_of(list_id))
        own = [element for override in self._overrides(list_id) for element in override.iterfind("{*}lvl")]
        listed = [*(abstract.iterfind("{*}lvl") if abstract is not None else ()), *own]
        return [(int(depth), element) for element in listed if (depth := attribute(element, "w:ilvl")).isdigit()]

    def _abstract_of(self, list_id: str) -> str:
        """Return the abstract list; a list style refers to another list that has the levels."""
        seen: set[str] = set()
        while list_id in self._lists and list_id not in seen:
            seen.add(list_id)
            abstract = attribute(child(self._lists[list_id], "w:abstractNumId"))
            link = attribute(child(self._abstract.get(abstract), "w:numStyleLink"))
            list_id = self._styles.list_of(link) if link else ""
            if not list_id:
                return abstract
        return ""

    def _overrides(self, list_id: str) -> list[etree._Element]:
        return list(self._lists[list_id].iterfind("{*}lvlOverride"))

    def _start_override(self, list_id: str, depth: int) -> int | None:
        for override in self._overrides(list_id):
            start = attribute(child(override, "w:startOverride"))
            if attribute(override, "w:ilvl") == str(depth) and start.isdigit():
                return int(start)
        return None


def _level(element: etree._Element) -> Level:
    start, restart = attribute(child(element, "w:start")), attribute(child(element, "w:lvlRestart"))
    hidden = is_on(child(element, "w:rPr", "w:vanish"))
    font = attribute(child(element, "w:rPr", "w:rFonts"), "w:ascii")
    text = attribute(child(element, "w:lvlText"))
    style = _style(element)
    return Level(
        style,
        "" if hidden else (decode_symbols(text, font) if style == "bullet" else text),
        int(start) if start.isdigit() else 0,
        is_on(child(element, "w:isLgl")),
        int(restart) if restart.isdigit() else None,
        attribute(child(element, "w:pStyle")),
    )


def _style(element: etree._Element) -> str:
    """Return the name of a number format; a custom one such as "001, 002" is kept as it is written."""
    styled = next(descendants(element, "w:numFmt"), None)
    name = attribute(styled) or "decimal"
    return attribute(styled, "w:format") if name == "custom" else name


def _started(level: Level, start: int) -> Level:
    return Level(level.style, level.text, start, level.legal, level.restart, level.paragraph_style)


def _level_of_style(levels: dict[int, Level], style_id: str) -> int:
    return next((depth for depth, level in levels.items() if style_id and level.paragraph_style == style_id), 0)
