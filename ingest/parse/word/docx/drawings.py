"""What a drawing says: text boxes, charts, diagrams, word art and alternative texts. Pictures are counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.parse.elements import Element, Paragraph, Table
from ingest.parse.ooxml.names import attribute, child, descendants, qualified, tag
from ingest.parse.ooxml.opc import Package
from ingest.parse.shared.tally import Tally

_MOST_POINTS = 500
_BOX = "w:txbxContent"
# What programs write when nobody described the picture: a file name, a path, the name of the shape.
_UNSAID = re.compile(
    r"\S+\.(?:png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp)|(?:https?|file):\S+|"
    r"(?:picture|image|graphic|shape|logo|bild|grafik|abbildung)? ?\d*",
    re.IGNORECASE,
)
# What Word adds to a description of its own.
_ADDED = re.compile(
    r"(?:description automatically generated|AI-generated content may be incorrect\.?).*", re.IGNORECASE
)


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
            yield Paragraph(f"Picture: {text}")
        self._count(drawing)

    def _charts(self, drawing: etree._Element) -> Iterator[Element]:
        for reference in descendants(drawing, "c:chart"):
            name = self.package.target(self.part, attribute(reference, "r:id"))
            elements = _chart(self.package.root(name)) if name else ()
            if not elements:
                self.tally.add("chart")
            yield from elements

    def _diagrams(self, drawing: etree._Element) -> Iterator[Element]:
        for reference in descendants(drawing, "dgm:relIds"):
            name = self.package.target(self.part, attribute(reference, "r:dm"))
            if name:
                yield from _paragraphs(self.package.root(name))

    def _count(self, drawing: etree._Element) -> None:
        if tag(drawing) == "w:object":
            self.tally.add("embedded object")
            return
        pictures = [*descendants(drawing, "pic:pic"), *descendants(drawing, "v:imagedata")]
        self.tally.add("picture", sum(not _is_in_box(picture, drawing) for picture in pictures))


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
    text = _ADDED.sub("", " ".join(next(filter(None, found), "").split())).strip()
    return "" if _UNSAID.fullmatch(text) else text


def _shape_text(drawing: etree._Element) -> Iterator[Element]:
    """Return word art (also a watermark) and the text of shapes that are not Word's own."""
    for art in descendants(drawing, "v:textpath"):
        yield Paragraph(attribute(art, "string"))
    yield from _paragraphs(drawing)


def _paragraphs(root: etree._Element) -> Iterator[Element]:
    for paragraph in descendants(root, "a:p"):
        parts = (text.text or "" if tag(text) == "a:t" else "\n" for text in descendants(paragraph, "a:t", "a:br"))
        if written := "".join(parts).strip():
            yield Paragraph(written)


def _chart(root: etree._Element) -> tuple[Element, ...]:
    """Return the title of a chart, and its values as a table; nothing when it has too many or no values."""
    series = list(descendants(root, "c:ser"))
    columns = [_points(one, "c:val", "c:yVal") for one in series]
    names = _points(series[0], "c:cat", "c:xVal") if series else {}
    if not any(columns) or sum(map(len, columns)) > _MOST_POINTS:
        return ()
    header = ("", *(_series_name(one) for one in series))
    indexes = sorted(set(names).union(*columns))
    rows = [(names.get(index, ""), *(column.get(index, "") for column in columns)) for index in indexes]
    title = child(root, "c:chart", "c:title")
    return (*(_paragraphs(title) if title is not None else ()), Table((header, *rows)))


def _series_name(series: etree._Element) -> str:
    name = child(series, "c:tx")
    return "" if name is None else " ".join(value.text or "" for value in descendants(name, "c:v"))


def _points(series: etree._Element, *names: str) -> dict[int, str]:
    """Return the values of the first of these children by their index."""
    holder = next((found for name in names if (found := child(series, name)) is not None), None)
    if holder is None:
        return {}
    points = (point for point in descendants(holder, "c:pt") if (point.get("idx") or "").isdigit())
    return {int(point.get("idx") or 0): point.findtext(qualified("c:v")) or "" for point in points}
