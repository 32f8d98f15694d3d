"""Names of elements and attributes in OpenDocument, with the prefixes that the standard uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

Node: TypeAlias = Any
"""An element of lxml."""

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = {
    "chart": f"{_OASIS}:chart:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "draw": f"{_OASIS}:drawing:1.0",
    "fo": f"{_OASIS}:xsl-fo-compatible:1.0",
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
    "manifest": f"{_OASIS}:manifest:1.0",
    "math": "http://www.w3.org/1998/Math/MathML",
    "office": f"{_OASIS}:office:1.0",
    "presentation": f"{_OASIS}:presentation:1.0",
    "style": f"{_OASIS}:style:1.0",
    "svg": f"{_OASIS}:svg-compatible:1.0",
    "table": f"{_OASIS}:table:1.0",
    "text": f"{_OASIS}:text:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
_PREFIXES = {space: prefix for prefix, space in _SPACES.items()}


def name(node: Node) -> str:
    """Return the name of an element as "text:p"; an empty one for comments and for names of other formats."""
    if not isinstance(node.tag, str):
        return ""
    space, _, local = node.tag[1:].rpartition("}")
    return f"{_PREFIXES[space]}:{local}" if space in _PREFIXES else ""


def attribute(node: Node | None, named: str, default: str = "") -> str:
    """Return the value of an attribute; `default` when it or the element is missing."""
    return default if node is None else str(node.get(_clark(named), default))


def count(node: Node | None, named: str, default: int = 1, largest: int = 1_000_000) -> int:
    """Return the value of an attribute that is a number from 0."""
    value = attribute(node, named)
    return min(int(value), largest) if value.isascii() and value.isdecimal() else default


def children(node: Node | None, *names: str) -> Iterator[Node]:
    """Return the child elements with one of these names, or all of the format."""
    for found in () if node is None else node:
        if (name(found) in names) if names else name(found):
            yield found


def child(node: Node | None, *path: str) -> Node | None:
    """Return the first element at the end of a path of names."""
    for named in path:
        node = next(children(node, named), None)
    return node


def descendants(node: Node | None, *names: str) -> Iterator[Node]:
    """Return all elements below with one of these names, in the order of the document."""
    if node is not None:
        yield from node.iter(*(_clark(named) for named in names))


def _clark(named: str) -> str:
    prefix, _, local = named.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"
