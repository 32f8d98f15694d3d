"""Styles of a document: what they say about the place of text on the line, its visibility, and lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.parse.inline import Position
from ingest.parse.odf.names import Node, attribute, child, children, descendants

_DEEPEST = 50


class Styles:
    """The styles of a document by family and name, with those that they inherit from."""

    def __init__(self, roots: Iterable[Node]) -> None:
        self._styles: dict[tuple[str, str], Node] = {}
        self._lists: dict[str, Node] = {}
        self.outline: Node | None = None
        for root in roots:
            for style in descendants(root, "style:style"):
                self._styles.setdefault((attribute(style, "style:family"), attribute(style, "style:name")), style)
            for style in descendants(root, "text:list-style"):
                self._lists.setdefault(attribute(style, "style:name"), style)
            if self.outline is None:
                self.outline = next(descendants(root, "text:outline-style"), None)

    def position(self, style: str) -> Position | None:
        """Return whether a text style raises or lowers text; None when it says nothing about it."""
        position = self._property("text", style, "style:text-properties", "style:text-position")
        return None if position is None else position_of(position)

    def hides(self, family: str, style: str) -> bool:
        """Say whether a style of text or paragraphs hides them."""
        return self._property(family, style, "style:text-properties", "text:display") == "none"

    def hides_page(self, style: str) -> bool:
        """Say whether a style hides a slide."""
        visibility = self._property("drawing-page", style, "style:drawing-page-properties", "presentation:visibility")
        return visibility == "hidden"

    def is_title(self, style: str) -> bool:
        """Say whether a style of paragraphs is that of the document's title, or is based on it."""
        bases = (attribute(found, "style:parent-style-name") for found in self._chain("paragraph", style))
        return "Title" in (style, *bases)

    def list_of(self, style: str) -> str | None:
        """Return the name of the list style of a paragraph style, empty for none; None when it says nothing."""
        key = "style:list-style-name"
        return next(
            (attribute(found, key) for found in self._chain("paragraph", style) if attribute(found, key, "-") != "-"),
            None,
        )

    def list_style(self, name: str) -> Node | None:
        """Return a list style; the style of the outline goes by its own name."""
        if name not in self._lists and name and name == attribute(self.outline, "style:name"):
            return self.outline
        return self._lists.get(name)

    def _property(self, family: str, style: str, properties: str, named: str) -> str | None:
        for found in self._chain(family, style):
            if value := attribute(child(found, properties), named):
                return value
        return None

    def _chain(self, family: str, style: str) -> Iterator[Node]:
        for _ in range(_DEEPEST):
            found = self._styles.get((family, style))
            if found is None:
                return
            yield found
            style = attribute(found, "style:parent-style-name")


def level_style(style: Node | None, level: int) -> Node | None:
    """Return how a list style displays a level, from 1."""
    return next((found for found in children(style) if attribute(found, "text:level") == str(level)), None)


def position_of(value: str) -> Position:
    """Return whether text is raised or lowered: "super 58%", "33% 58%", "sub 58%", "-33%"."""
    first = value.split()[0]
    if not first.strip("-0%."):
        return ""
    return "sub" if first == "sub" or first.startswith("-") else "super"
