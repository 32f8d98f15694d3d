"""What styles say of paragraphs and runs: heading, numbering, hidden, raised or lowered.

A property of the paragraph or run itself wins, then its character style, then its paragraph style, then the defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ingest.parse.inline import Position
from ingest.parse.ooxml.names import attribute, child, descendants, is_on

_BODY_TEXT = 9
# The name of a built-in style is English in every language of Word; other programs write their own.
_HEADING = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|overskrift|otsikko|nagłówek|nadpis|заголовок|标题|見出し)"
    r"[ _]?([1-9])",
    re.IGNORECASE,
)
_TITLE = re.compile(r"title|titel", re.IGNORECASE)
_POSITIONS: dict[str, Position] = {"superscript": "super", "subscript": "sub"}


class Styles:
    """The styles of a document; `root` is None for a document without any."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._defaults: dict[str, str] = {}
        self._styled: dict[tuple[str, str, str], etree._Element | None] = {}
        self._run_defaults = child(root, "w:docDefaults", "w:rPrDefault", "w:rPr")
        for style in descendants(root, "w:style") if root is not None else ():
            name = attribute(style, "w:styleId")
            self._styles[name] = style
            if attribute(style, "w:default") in ("1", "true", "on"):
                self._defaults[attribute(style, "w:type")] = name

    def heading_level(self, paragraph: etree._Element) -> int | None:
        """Return the level of a heading, from 1; None for other paragraphs. A title has level 1."""
        own = child(paragraph, "w:pPr", "w:outlineLvl")
        if own is not None:
            return _level(own)
        for style in self._of_paragraph(paragraph):
            if (outline := child(style, "w:pPr", "w:outlineLvl")) is not None:
                return _level(outline)
            if named := _HEADING.fullmatch(_name(style)):
                return int(named.group(1))
        named = _HEADING.fullmatch(_style_id(paragraph))
        return int(named.group(1)) if named else (1 if self.is_title(paragraph) else None)

    def is_title(self, paragraph: etree._Element) -> bool:
        """Say whether the paragraph has the style of a document's title."""
        names = [_name(style) for style in self._of_paragraph(paragraph)] or [_style_id(paragraph)]
        return any(_TITLE.fullmatch(name) for name in names)

    def numbering(self, paragraph: etree._Element) -> tuple[str, int | None, str] | None:
        """Return the list of a paragraph, its level if it is given, and the style that gives the list.

        None for a paragraph that is in no list.
        """
        levels = [child(paragraph, "w:pPr", "w:numPr", "w:ilvl")]
        own = child(paragraph, "w:pPr", "w:numPr", "w:numId")
        if own is not None:
            return _numbering(own, levels, "")
        for style in self._of_paragraph(paragraph):
            levels.append(child(style, "w:pPr", "w:numPr", "w:ilvl"))
            if (found := child(style, "w:pPr", "w:numPr", "w:numId")) is not None:
                return _numbering(found, levels, attribute(style, "w:styleId"))
        return None

    def list_of(self, style_id: str) -> str:
        """Return the id of the list that a list style is made of; empty when it has none."""
        return attribute(child(self._styles.get(style_id), "w:pPr", "w:numPr", "w:numId"))

    def is_hidden(self, run: etree._Element, paragraph: etree._Element) -> bool:
        """Say whether a run is hidden."""
        found = self._property(run, paragraph, "w:vanish")
        return found is not None and is_on(found)

    def is_hidden_mark(self, paragraph: etree._Element) -> bool:
        """Say whether the end of a paragraph is hidden; in an empty paragraph, all of it is."""
        own = child(paragraph, "w:pPr", "w:rPr", "w:vanish")
        return is_on(own) if own is not None else self.is_hidden(paragraph, paragraph)

    def position(self, run: etree._Element, paragraph: etree._Element) -> Position:
        """Return whether a run is raised or lowered."""
        return _POSITIONS.get(attribute(self._property(run, paragraph, "w:vertAlign")), "")

    def font(self, run: etree._Element, paragraph: etree._Element) -> str:
        """Return the font of a run's Latin characters, if one is named."""
        return attribute(self._property(run, paragraph, "w:rFonts"), "w:ascii")

    def _property(self, run: etree._Element, paragraph: etree._Element, name: str) -> etree._Element | None:
        """Return the element that decides on a property of a run, if any does."""
        own = child(run, "w:rPr")
        if (found := child(own, name)) is not None:
            return found
        key = (attribute(child(own, "w:rStyle")), _style_id(paragraph), name)
        if key not in self._styled:
            self._styled[key] = self._of_styles(*key)
        return self._styled[key]

    def _of_styles(self, character: str, paragraph: str, name: str) -> etree._Element | None:
        """Return the element that decides on a property in a character style, a paragraph style or the defaults."""
        styles = [*self._chain(character), *self._chain(self._paragraph_style(paragraph))]
        candidates = [*(child(style, "w:rPr", name) for style in styles), child(self._run_defaults, name)]
        return next((found for found in candidates if found is not None), None)

    def _paragraph_style(self, named: str) -> str:
        return named if named in self._styles else self._defaults.get("paragraph", "")

    def _of_paragraph(self, paragraph: etree._Element) -> Iterator[etree._Element]:
        return self._chain(self._paragraph_style(_style_id(paragraph)))

    def _chain(self, style_id: str) -> Iterator[etree._Element]:
        """Return a style and those that it is based on."""
        seen: set[str] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            yield self._styles[style_id]
            style_id = attribute(child(self._styles[style_id], "w:basedOn"))


def _numbering(
    list_id: etree._Element, levels: list[etree._Element | None], style_id: str
) -> tuple[str, int | None, str] | None:
    given = next((level for level in levels if level is not None), None)
    level = int(attribute(given)) if attribute(given).isdigit() else None
    return (attribute(list_id), level, style_id) if attribute(list_id) not in ("", "0") else None


def _level(outline: etree._Element) -> int | None:
    value = attribute(outline)
    return int(value) + 1 if value.isdigit() and int(value) < _BODY_TEXT else None


def _name(style: etree._Element) -> str:
    return attribute(child(style, "w:name"))


def _style_id(paragraph: etree._Element) -> str:
    return attribute(child(paragraph, "w:pPr", "w:pStyle"))
