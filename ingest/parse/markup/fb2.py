"""E-books in FictionBook 2: titles of sections as headings, paragraphs, verses, tables, and notes at their references.

The book is written as HTML and read as a page, so that everything inside a line is treated as there.

Not covered: pictures, and FictionBook 3.
"""

from __future__ import annotations

from html import escape
from itertools import chain

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import ParsedElements
from ingest.parse.markup.html.page import read_pages
from ingest.parse.markup.xml import xml_root
from ingest.parse.shared.xml_tree import local_name

_TAGS = {
    "p": "p", "v": "div", "subtitle": "h6", "text-author": "p", "date": "p", "stanza": "p", "cite": "blockquote",
    "epigraph": "blockquote", "annotation": "div", "table": "table", "tr": "tr", "td": "td", "th": "th", "sup": "sup",
    "sub": "sub", "strikethrough": "s", "code": "code", "strong": "b", "emphasis": "em",
}  # fmt: skip
_SPANS = ("colspan", "rowspan")
_LINK = "{http://www.w3.org/1999/xlink}href"


def parse_fb2(content: bytes, _: Parsing) -> ParsedElements:
    """Return the elements of a book. Raise DocumentError when it is not well-formed."""
    root, left_out = xml_root(content)
    bodies = [node for node in root if local_name(node) == "body"]
    if not bodies:
        raise DocumentError("it is damaged: it has no text of a book")
    page = LexborHTMLParser("".join(chain.from_iterable(_html(body, 0) for body in bodies))).root
    read = read_pages({"": page}) if page is not None else ParsedElements(())
    title = next(("".join(node.itertext()) for node in root.iter("{*}book-title")), None)
    return ParsedElements(read.elements, title, (*read.left_out, *left_out))


def _html(node: etree._Element, depth: int) -> list[str]:
    """Return an element as HTML. Levels are few: the XML parser refuses more than 256."""
    name = local_name(node)
    if name == "title":
        return [f"<h{min(depth, 6) or 1}>", *_inside(node, depth), f"</h{min(depth, 6) or 1}>"]
    if name in ("body", "section"):
        titled = any(local_name(child) == "title" for child in node)
        return _section(node, depth + (name == "section" or titled))
    if name == "a":
        return _link(node, depth)
    if name in ("image", "binary"):
        return []
    if name == "empty-line":
        return ["<p></p>"]
    tag = _TAGS.get(name, "span")
    spans = "".join(f' {span}="{escape(node.get(span) or "1")}"' for span in _SPANS if node.get(span))
    identity = f' id="{escape(node.get("id") or "")}"' if node.get("id") else ""
    return [f"<{tag}{spans}{identity}>", *_inside(node, depth), f"</{tag}>"]


def _section(node: etree._Element, depth: int) -> list[str]:
    """Return a section; one of a body of notes is an item, without the title that repeats its mark."""
    identity = escape(node.get("id") or "")
    parent = node.getparent()
    if identity and parent is not None and parent.get("name") in ("notes", "comments", "footnotes"):
        content = chain.from_iterable(_html(child, depth) for child in node if local_name(child) != "title")
        return [f'<li id="{identity}">', *content, "</li>"]
    return ["<div>", *_inside(node, depth), "</div>"]


def _link(node: etree._Element, depth: int) -> list[str]:
    target = escape(node.get(_LINK) or node.get("href") or "")
    role = ' role="doc-noteref"' if node.get("type") == "note" else ""
    return [f'<a href="{target}"{role}>', *_inside(node, depth), "</a>"]


def _inside(node: etree._Element, depth: int) -> list[str]:
    parts = [escape(node.text or "", quote=False)]
    for child in node:
        parts += _html(child, depth) if isinstance(child.tag, str) else []
        parts.append(escape(child.tail or "", quote=False))
    return parts
