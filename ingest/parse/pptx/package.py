"""The parts of an Office package and their relations.

Elements are found by their local names: the strict and the transitional form of the format differ in namespaces only.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from core.errors import DocumentError
from ingest.parse.archive import Archive, parse_xml

Node: TypeAlias = Any
"""An element of lxml."""

# What can be read of a drawing: of alternative contents the first that has any of these is taken.
_READABLE = frozenset({"t", "tbl", "chart", "relIds"})


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a part: `kind` is the last word of its type, `target` the name of a part."""

    kind: str
    target: str


class Package:
    """The XML parts of an Office package, read when they are asked for."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._roots: dict[str, Node] = {}

    def root(self, name: str) -> Node:
        """Return the root element of a part. Raise DocumentError when it is missing or broken."""
        if name not in self._roots:
            self._roots[name] = parse_xml(self._archive.read(name))
        return self._roots[name]

    def relations(self, name: str) -> dict[str, Relation]:
        """Return the relations of a part to other parts by id; those to files outside the package are left out."""
        folder, file = posixpath.split(name)
        part = posixpath.join(folder, "_rels", f"{file}.rels")
        if part not in self._archive:
            return {}
        return {
            node.get("Id", ""): Relation(
                node.get("Type", "").rsplit("/", 1)[-1],
                posixpath.normpath(posixpath.join("/", folder, node.get("Target", ""))).lstrip("/"),
            )
            for node in self.root(part)
            if local_name(node) == "Relationship" and node.get("TargetMode") != "External"
        }

    def related(self, name: str, kind: str) -> list[Node]:
        """Return the root elements of the parts with this relation to a part, without those that are missing."""
        return [self.root(target) for target in self.targets(name, kind)]

    def targets(self, name: str, kind: str) -> list[str]:
        """Return the names of the parts with this relation to a part, without those that are missing."""
        relations = self.relations(name).values()
        return [found.target for found in relations if found.kind == kind and found.target in self._archive]

    def main_part(self) -> str:
        """Return the name of the part that is the document. Raise DocumentError when there is none."""
        found = self.targets("", "officeDocument")
        if not found:
            raise DocumentError("it is damaged: it has no main part")
        return found[0]


def local_name(node: Node) -> str:
    """Return the name of an element without its namespace; an empty one for comments and the like."""
    return node.tag.rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""


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
    """Return the id of a relation that an element refers to."""
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
