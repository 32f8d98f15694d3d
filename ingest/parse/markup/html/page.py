"""HTML and XHTML pages, also those of mails and e-books: what a browser displays, in order.

The tree is built by Lexbor (selectolax), which follows the HTML standard as browsers do. lxml's parser drops everything
below 255 levels of nesting without an error, joins "a</br>b" and keeps a paragraph open over a table.

Read: headings, paragraphs, lists with their numbers, definitions, tables (tables.py), preformatted text, notes at
their references (notes.py), values of fields, the selected option, check boxes ("[x]"), alternative texts of
pictures in brackets, the text of SVG, formulas of MathML on one line, closed <details>.
Struck-through text is displayed, and read: of its elements only <del> says that it is deleted.
Left out and reported: deleted text (<del>), hidden parts (style.py), <nav> (unless the page has
nothing else), embedded objects, options that are not selected.
Left out without a report: scripts, styles, templates, <noscript>, comments, links' addresses, titles of elements,
placeholders, fallbacks of media.
Not covered: text that a script or a style sheet writes, and style sheets in other files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.domain import Parsing
from ingest.parse.elements import Element, Note, ParsedElements
from ingest.parse.markup.html.flow import NoteHere
from ingest.parse.markup.html.notes import Notes, find_notes
from ingest.parse.markup.html.style import hidden_names, is_hidden
from ingest.parse.markup.html.walk import Reader
from ingest.parse.markup.html.xhtml import as_html, is_xhtml
from ingest.parse.shared.compose import flat
from ingest.parse.shared.encoding import decode_markup
from ingest.parse.shared.left_out import Tally

_NAVIGATION = "nav, [role=navigation]"


def parse_html(content: bytes, _: Parsing) -> ParsedElements:
    """Return the elements of a page."""
    decoded = decode_markup(content)
    text = as_html(decoded.text) if is_xhtml(decoded.text) else decoded.text
    read = html_elements(text)
    return ParsedElements(read.elements, read.title, (*read.left_out, *decoded.left_out))


def html_elements(html: str) -> ParsedElements:
    """Return the elements of a page, or of a part of one, with its title."""
    root = LexborHTMLParser(html).root
    if root is None:
        return ParsedElements(())
    read = read_pages({"": root})
    if not read.elements and root.css_first(_NAVIGATION) is not None:
        read = read_pages({"": root}, navigation=True)
    return ParsedElements(read.elements, _title(root), read.left_out)


def read_pages(pages: Mapping[str, LexborNode], *, navigation: bool = False) -> ParsedElements:
    """Return the elements of one or more pages by their paths, in order, each note after what refers to it."""
    document = _Document(find_notes(pages), navigation)
    elements: list[Element] = []
    for root in pages.values():
        elements += document.page(root)
    elements += document.other_notes()
    return ParsedElements(tuple(elements), None, document.left_out)


def _title(root: LexborNode) -> str | None:
    title = root.css_first("head > title")
    return title.text() if title is not None else None


class _Document:
    """What the pages of a document have in common: their notes, and the count of what was left out."""

    def __init__(self, notes: Notes, navigation: bool) -> None:
        self._notes = notes
        self._navigation = navigation
        self._counts = Tally()
        self._hidden: frozenset[str] = frozenset()

    def page(self, root: LexborNode) -> Iterator[Element]:
        """Yield the elements of a page, each note after the element that refers to it."""
        self._hidden = hidden_names(root)
        yield from self._with_notes(self._read(root, self._navigation))

    def other_notes(self) -> Iterator[Element]:
        """Yield the notes that only hidden or deleted text refers to, if they are displayed themselves."""
        for key, note in list(self._notes.bodies.items()):
            if not self._is_within_hidden(note.body):
                yield from self._with_notes([NoteHere(key)])

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return what was left out, as phrases for the report."""
        return self._counts.phrases()

    def _with_notes(self, elements: list[Element | NoteHere]) -> Iterator[Element]:
        pending = list(reversed(elements))
        while pending:
            element = pending.pop()
            if not isinstance(element, NoteHere):
                yield element
            elif (note := self._notes.bodies.pop(element.key, None)) is not None:
                inner = self._read(note.body, True)
                text = flat(part for part in inner if not isinstance(part, NoteHere))
                yield Note(note.mark, text if note.body.tag == "li" else _without_mark(text, note.mark))
                pending += reversed([part for part in inner if isinstance(part, NoteHere)])

    def _read(self, root: LexborNode, navigation: bool) -> list[Element | NoteHere]:
        return Reader(self._notes, self._hidden, self._counts, navigation=navigation).read(root)

    def _is_within_hidden(self, node: LexborNode) -> bool:
        above: LexborNode | None = node
        while above is not None and above.is_element_node:
            if is_hidden(above.tag or "", above.attributes, self._hidden) or above.tag == "del":
                return True
            above = above.parent
        return False


def _without_mark(text: str, mark: str) -> str:
    """Return the text of a note without the mark that it begins with."""
    escaped = re.escape(mark)
    return re.sub(rf"^\s*(?:\[\^?{escaped}\]|\(?{escaped}(?!\w))[.:)]?[ \t\u00a0]*\n?", "", text, count=1)
