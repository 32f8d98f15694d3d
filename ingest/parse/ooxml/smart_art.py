"""SmartArt: the texts of its nodes as a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.parse.elements import ListItem
from ingest.parse.ooxml.local import Node, child, children
from ingest.parse.ooxml.text import plain_text

_DEEPEST = 50


def smart_art(root: Node) -> Iterator[ListItem]:
    """Return the texts of a SmartArt graphic as a list: its nodes from top to bottom, with their depth."""
    points = {point.get("modelId", ""): point for found in root.iter("{*}ptLst") for point in children(found, "pt")}
    below: dict[str, list[tuple[int, str]]] = {}
    for link in root.iter("{*}cxn"):
        if link.get("type", "parOf") == "parOf":
            order = link.get("srcOrd", "0")
            below.setdefault(link.get("srcId", ""), []).append(
                (int(order) if order.isdecimal() else 0, link.get("destId", ""))
            )
    seen: set[str] = set()
    for name, point in points.items():
        if point.get("type") == "doc":
            yield from _nodes(name, points, below, 0, seen)


def _nodes(
    name: str, points: Mapping[str, Node], below: Mapping[str, list[tuple[int, str]]], depth: int, seen: set[str]
) -> Iterator[ListItem]:
    for _, inner in sorted(below.get(name, [])):
        if inner in seen or inner not in points or depth > _DEEPEST:
            continue
        seen.add(inner)
        text = plain_text(child(points[inner], "t"))
        if text.strip():
            yield ListItem(text, "-", depth)
        yield from _nodes(inner, points, below, depth + bool(text.strip()), seen)
