"""What a drawing says: text boxes, charts, diagrams, word art and alternative texts. Pictures are counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.parse.elements import Element, Paragraph, Table
from ingest.parse.ooxml.charts import chart
from ingest.parse.ooxml.names import attribute, descendants, tag
from ingest.parse.ooxml.opc import Package
from ingest.parse.ooxml.smart_art import smart_art
from ingest.parse.ooxml.text import paragraph_text
from ingest.parse.shared.descriptions import picture_text
from ingest.parse.shared.left_out import Tally

_BOX = "w:txbxContent"


@dataclass(frozen=True, slots=True)
class Drawings:
    """Reads the drawings of one part."""

    package: Package
    part: str
    tally: Tally

    def boxes(self, drawing: etree._Element) -> Iterator[etree._Element]:
        """Return the contents of the text boxes of a drawing; those inside a text box are read with it."""
        for box in descendants(drawing, _BOX):
            if not _is_in_box(box, drawing):
                yield box

    def elements(self, drawing: etree._Element) -> Iterator[Element]:
        """Return what else a drawing says, and count what it only shows."""
        yield from self._charts(drawing)
        yield from self._diagrams(drawing)
        yield from _shape_text(drawing)
        if text := _description(drawing):
            yield Paragraph(text)
        self._count(drawing)

    def _charts(self, drawing: etree._Element) -> Iterator[Element]:
        for reference in descendants(drawing, "c:chart"):
            name = self.package.target(self.part, attribute(reference, "r:id"))
            elements = list(chart(self.package.root(name))) if name else []
            self.tally["chart"] += not any(isinstance(element, Table) for element in elements)
            yield from elements

    def _diagrams(self, drawing: etree._Element) -> Iterator[Element]:
        for reference in descendants(drawing, "dgm:relIds"):
            name = self.package.target(self.part, attribute(reference, "r:dm"))
            if name:
                yield from smart_art(self.package.root(name))

    def _count(self, drawing: etree._Element) -> None:
        if tag(drawing) == "w:object":
            self.tally["embedded object"] += 1
            return
        pictures = [*descendants(drawing, "pic:pic"), *descendants(drawing, "v:imagedata")]
        self.tally["picture"] += sum(not _is_in_box(picture, drawing) for picture in pictures)


def _is_in_box(element: etree._Element, drawing: etree._Element) -> bool:
    for above in element.iterancestors():
        if above is drawing:
            return False
        if tag(above) == _BOX:
            return True
    return False


def _description(drawing: etree._Element) -> str:
    """Return the alternative text that the author wrote; a text box is its own description."""
    if next(descendants(drawing, _BOX), None) is not None:
        return ""
    shapes = [attribute(shape, "alt") for shape in descendants(drawing, "v:shape")]
    found = [attribute(shape, "descr") for shape in descendants(drawing, "wp:docPr")] + shapes
    return picture_text(next(filter(None, found), ""))


def _shape_text(drawing: etree._Element) -> Iterator[Element]:
    """Return word art (also a watermark) and the text of shapes that are not Word's own."""
    for art in descendants(drawing, "v:textpath"):
        yield Paragraph(attribute(art, "string"))
    for paragraph in descendants(drawing, "a:p"):
        yield Paragraph(paragraph_text(paragraph))
