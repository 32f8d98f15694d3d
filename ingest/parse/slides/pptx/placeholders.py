"""Placeholders of a slide, and the list styles that they have from its layout and its master."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from core.errors import DocumentError
from ingest.parse.ooxml.local import Node, child, children
from ingest.parse.ooxml.opc import Package
from ingest.parse.ooxml.text import ListStyles
from ingest.parse.shared.xml_tree import local_name

TITLES = frozenset({"title", "ctrTitle"})
DECORATION = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})
"""Date, footer, slide number, header, and the picture of the slide on its page of notes."""

_MASTER_TYPES = {"ctrTitle": "title", "subTitle": "body", "obj": "body"}


def placeholder(shape: Node) -> Node | None:
    """Return the placeholder that a shape fills; None when it is a shape of its own."""
    for group in children(shape, "nvSpPr", "nvPicPr", "nvGraphicFramePr"):
        return child(group, "nvPr", "ph")
    return None


def placeholder_type(shape: Node) -> str | None:
    """Return the type of the placeholder that a shape fills ("body" when it has none); None for other shapes."""
    found = placeholder(shape)
    return None if found is None else found.get("type", "obj")


@dataclass(frozen=True, slots=True)
class Inherited:
    """Layout and master of a slide; None where they are missing."""

    layout: Node | None
    master: Node | None
    defaults: Node | None

    def styles(self, shape: Node) -> ListStyles:
        """Return the list styles for the text of a shape, the nearest one first."""
        found = placeholder(shape)
        texts = child(self.master, "txStyles")
        if found is None:
            return _written(child(texts, "otherStyle"), self.defaults)
        kind = found.get("type", "obj")
        kind = _MASTER_TYPES.get(kind, kind)
        in_layout = _same_placeholder(self.layout, found)
        in_master = _of_type(self.master, kind)
        style = "titleStyle" if kind == "title" else "otherStyle" if kind in DECORATION else "bodyStyle"
        return _written(_list_style(in_layout), _list_style(in_master), child(texts, style))


class Layouts:
    """The layouts of a presentation, each read once."""

    def __init__(self, package: Package, presentation: str) -> None:
        self._package = package
        self._defaults = child(package.root(presentation), "defaultTextStyle")
        self._read: dict[str, Inherited] = {}

    def of(self, slide: str) -> Inherited:
        """Return what the slide in this part inherits; a layout or master that is missing or damaged has no say."""
        layout = next(iter(self._package.related(slide, "slideLayout")), "")
        if layout not in self._read:
            master = next(iter(self._package.related(layout, "slideMaster")), "") if layout else ""
            self._read[layout] = Inherited(self._root(layout), self._root(master), self._defaults)
        return self._read[layout]

    def _root(self, part: str) -> Node | None:
        try:
            return self._package.root(part) if part else None
        except DocumentError:
            return None


def _same_placeholder(layout: Node | None, wanted: Node) -> Node | None:
    """Return the placeholder of a layout with the same index, or else of the same type."""
    kind = wanted.get("type", "obj")
    shapes = _placeholders(layout)
    by_index = (shape for shape, found in shapes if found.get("idx", "0") == wanted.get("idx", "0") != "0")
    by_type = (shape for shape, found in shapes if found.get("type", "obj") == kind)
    return next(chain(by_index, by_type), None)


def _of_type(master: Node | None, kind: str) -> Node | None:
    return next((shape for shape, found in _placeholders(master) if found.get("type", "obj") == kind), None)


def _placeholders(part: Node | None) -> list[tuple[Node, Node]]:
    shapes = children(child(part, "cSld", "spTree"), "sp")
    return [(shape, found) for shape in shapes if (found := placeholder(shape)) is not None]


def _list_style(shape: Node | None) -> Node | None:
    return child(shape, "txBody", "lstStyle")


def _written(*styles: Node | None) -> list[Node]:
    return [style for style in styles if style is not None and local_name(style)]
