"""Names of elements and attributes, written with the prefixes of the standard: w:p, m:oMath, wp:docPr.

Word documents and equations are read by these; what is drawn by local names (local.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from lxml import etree

_OFFICE = "http://schemas.openxmlformats.org"
_NAMESPACES = {
    "w": f"{_OFFICE}/wordprocessingml/2006/main",
    "m": f"{_OFFICE}/officeDocument/2006/math",
    "r": f"{_OFFICE}/officeDocument/2006/relationships",
    "a": f"{_OFFICE}/drawingml/2006/main",
    "c": f"{_OFFICE}/drawingml/2006/chart",
    "dgm": f"{_OFFICE}/drawingml/2006/diagram",
    "pic": f"{_OFFICE}/drawingml/2006/picture",
    "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
    "mc": f"{_OFFICE}/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "cp": f"{_OFFICE}/package/2006/metadata/core-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_PREFIXES = {uri: prefix for prefix, uri in _NAMESPACES.items()}
_OFF = frozenset({"0", "false", "off"})


@cache
def qualified(name: str) -> str:
    """Return the name that lxml uses for "w:p"."""
    prefix, _, local = name.rpartition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else local


def tag(element: etree._Element) -> str:
    """Return the short name of an element; that of an unknown namespace has no prefix."""
    return _short(element.tag) if isinstance(element.tag, str) else ""


def attribute(element: etree._Element | None, name: str = "w:val") -> str:
    """Return an attribute; the empty string when it or the element is missing."""
    return "" if element is None else str(element.get(qualified(name)) or "")


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the element at the end of a path of first children, if it exists."""
    for name in path:
        if element is None:
            return None
        # Three times as fast as `find`, which is asked ten times for each run of a document.
        element = next(element.iterchildren(qualified(name)), None)
    return element


def is_on(element: etree._Element | None) -> bool:
    """Say whether a property that can be switched, such as w:vanish, is present and not switched off."""
    return element is not None and attribute(element).lower() not in _OFF


def descendants(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Return the elements with one of these names, in document order."""
    yield from element.iter(*(qualified(name) for name in names))


@cache
def _short(name: str) -> str:
    uri, _, local = name.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(uri)
    return f"{prefix}:{local}" if prefix else local
