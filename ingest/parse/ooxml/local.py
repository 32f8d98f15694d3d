"""Elements of slides and drawings by their names without namespaces, which no two of the elements read share.

One reader serves a chart and its later kind, a SmartArt graphic and a text, whose namespaces differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from ingest.parse.shared.xml_tree import local_name

Node: TypeAlias = Any
"""An element of lxml."""

# What can be read of a drawing: of alternative contents the first that has any of these is taken.
_READABLE = frozenset({"t", "tbl", "chart", "relIds"})


def children(node: Node | None, *names: str) -> Iterator[Node]:
    """Return the child elements with one of these names, or all; of alternative contents those of one only."""
    for child in () if node is None else node:
        name = local_name(child)
        if name == "AlternateContent":
            yield from children(_alternative(child), *names)
        elif name and (not names or name in names):
            yield child


def child(node: Node | None, *path: str) -> Node | None:
    """Return the first element at the end of a path of names."""
    for name in path:
        node = next(children(node, name), None)
    return node


def relation_id(node: Node, name: str = "id") -> str:
    """Return the id of a relationship that an element refers to."""
    return next((str(value) for key, value in node.items() if key.endswith(f"relationships}}{name}")), "")


def is_true(value: str | None) -> bool:
    """Say whether the value of an attribute means true."""
    return value in ("1", "true", "on")


def _alternative(node: Node) -> Node | None:
    branches = [child for child in node if local_name(child) in ("Choice", "Fallback")]
    for branch in branches:
        if any(local_name(inner) in _READABLE for inner in branch.iter()):
            return branch
    return branches[-1] if branches else None
