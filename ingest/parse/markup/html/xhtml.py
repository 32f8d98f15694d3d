"""XHTML as HTML: what XML writes in another way than HTML does.

Not covered: elements nested as only XML allows (a paragraph in a paragraph becomes two).
"""

from __future__ import annotations

import re
from html import escape

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# A tag that is closed at once. Quantifiers are possessive: no text makes the match slow.
_SELF_CLOSED = re.compile(
    r"""<([A-Za-z][\w:.-]*+)((?:\s++[^\s=<>"'/]++(?:\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))?+)*+)\s*+/>"""
)
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_PREFIX = re.compile(r"(</?)(?:x?html|h):(?=[a-z])")


def as_html(xhtml: str) -> str:
    """Return XHTML as HTML: CDATA sections become text, and self-closed elements are closed."""
    first, *sections = xhtml.split(_CDATA)
    text = first + "".join(map(_unwrapped, sections))
    return _SELF_CLOSED.sub(_closed, _PREFIX.sub(r"\1", text))


def is_xhtml(text: str) -> bool:
    """Say whether a page is XML: it begins with an XML declaration."""
    return text.lstrip("\ufeff \t\r\n").startswith("<?xml")


def _unwrapped(section: str) -> str:
    content, end, following = section.partition(_CDATA_END)
    return escape(content, quote=False) + following if end else section


def _closed(tag: re.Match[str]) -> str:
    name = tag.group(1)
    return tag.group(0) if name.casefold() in _VOID else f"<{name}{tag.group(2)}></{name}>"
