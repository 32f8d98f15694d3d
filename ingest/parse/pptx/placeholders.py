"""Placeholders of a slide, and the list styles that they have from its layout and its master."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.parse.pptx.package import Node, Package, child, children, local_name
from ingest.parse.pptx.text import ListStyles

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

    @classmethod
    def of(cls, package: Package, slide: str) -> Inherited:
        """Return what the slide in this part inherits from."""
        layouts = package.targets(slide, "slideLayout")
        masters = package.targets(layouts[0], "slideMaster") if layouts else []
        return cls(
            package.root(layouts[0]) if layouts else None,
            package.root(masters[0]) if masters else None,
            child(package.root(package.main_part()), "defaultTextStyle"),
        )

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
        style = {"title": "titleStyle", "body": "bodyStyle"}.get(
            kind, "otherStyle" if kind in DECORATION else "bodyStyle"
        )
        return _written(_list_style(in_layout), _list_style(in_master), child(texts, style))


def _same_placeholder(layout: Node | None, wanted: Node) -> Node | None:
    kind = wanted.get("type", "obj")
    shapes = _placeholders(layout)
    for shape, found in shapes:
        if found.get("idx", "0") == wanted.get("idx", "0") and _alike(found.get("type", "obj"), kind):
            return shape
    return next((shape for shape, found in shapes if found.get("type", "obj") == kind != "obj"), None)


def _alike(one: str, other: str) -> bool:
    return _MASTER_TYPES.get(one, one) == _MASTER_TYPES.get(other, other) or "body" in (
        _MASTER_TYPES.get(one, one),
        _MASTER_TYPES.get(other, other),
    )


def _of_type(master: Node | None, kind: str) -> Node | None:
    return next((shape for shape, found in _placeholders(master) if found.get("type", "obj") == kind), None)


def _placeholders(part: Node | None) -> list[tuple[Node, Node]]:
    shapes = children(child(part, "cSld", "spTree"), "sp")
    return [(shape, found) for shape in shapes if (found := placeholder(shape)) is not None]


def _list_style(shape: Node | None) -> Node | None:
    return child(shape, "txBody", "lstStyle")


def _written(*styles: Node | None) -> list[Node]:
    return [style for style in styles if style is not None and local_name(style)]
