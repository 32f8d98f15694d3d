"""The headers and footers of the sections of a document, as they are first used."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ingest.parse.elements import Element
from ingest.parse.ooxml.names import attribute, child, descendants, is_on
from ingest.parse.shared.compose import RunningTexts
from ingest.parse.word.docx.body import Body, Document
from ingest.parse.word.docx.displayed import reduce


class HeadersAndFooters:
    """Reads the parts that sections refer to."""

    def __init__(self, document: Document, part: str, *, even_differs: bool) -> None:
        self._document = document
        self._part = part
        self._even_differs = even_differs
        self._texts = RunningTexts()

    def elements(self, section: etree._Element | None, kind: str) -> Iterator[Element]:
        """Return what the headers (kind "header") or footers of a section say that was not said before."""
        if section is None:
            return
        for reference in descendants(section, f"w:{kind}Reference"):
            name = self._document.package.target(self._part, attribute(reference, "r:id"))
            if name and self._is_displayed(reference, section):
                yield from self._texts.new(self._read(name))

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
