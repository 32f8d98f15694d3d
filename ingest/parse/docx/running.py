"""Headers and footers: each distinct text once, without page numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from ingest.parse.docx.body import Body, Document, flat
from ingest.parse.docx.displayed import PAGE_NUMBER, reduce
from ingest.parse.docx.names import attribute, child, descendants, is_on
from ingest.parse.elements import Element, Heading, ListItem, Paragraph, Table

_WORD = re.compile(r"\w+")
_WORDS_OF_A_PAGE_NUMBER = 2


class RunningText:
    """The headers and footers of the sections of a document, as they are first used."""

    def __init__(self, document: Document, part: str, *, even_differs: bool) -> None:
        self._document = document
        self._part = part
        self._even_differs = even_differs
        self._seen: set[str] = set()

    def elements(self, section: etree._Element | None, kind: str) -> Iterator[Element]:
        """Return what the headers (kind "header") or footers of a section say that was not said before."""
        if section is None:
            return
        for reference in descendants(section, f"w:{kind}Reference"):
            name = self._document.package.target(self._part, attribute(reference, "r:id"))
            if name and self._is_displayed(reference, section):
                yield from self._new(self._read(name))

    def _is_displayed(self, reference: etree._Element, section: etree._Element) -> bool:
        match attribute(reference, "w:type"):
            case "first":
                return is_on(child(section, "w:titlePg"))
            case "even":
                return self._even_differs
        return True

    def _read(self, name: str) -> list[Element]:
        root = self._document.package.root(name)
        reduce(root, self._document.tally, running=True)
        return list(Body(self._document, name).elements(root))

    def _new(self, elements: Iterable[Element]) -> Iterator[Element]:
        for element in elements:
            unnumbered = _without_page_number(element)
            key = " ".join(flat([unnumbered]).split()).casefold()
            if key and key not in self._seen:
                self._seen.add(key)
                yield unnumbered


def _without_page_number(element: Element) -> Element:
    """Return the element without page numbers; a heading here is no heading of the document."""
    match element:
        case Heading(text) | Paragraph(text) | ListItem(text):
            return Paragraph(_unnumbered(text))
        case Table(rows):
            cells = (tuple(cell and _unnumbered(cell) for cell in row) for row in rows)
            return Table(tuple(cells), header_rows=0)
    return element


def _unnumbered(text: str) -> str:
    lines = ("\t".join(_segment(segment) for segment in line.split("\t")) for line in text.split("\n"))
    return "\n".join(lines)


def _segment(text: str) -> str:
    """Return the text between two tabs, without its page number; nothing is left of "Page 3 of 7"."""
    if PAGE_NUMBER not in text:
        return text
    rest = text.replace(PAGE_NUMBER, "")
    words = _WORD.findall(rest)
    is_only_number = len(words) <= _WORDS_OF_A_PAGE_NUMBER and not any(char.isdigit() for char in rest)
    return "" if is_only_number else rest
