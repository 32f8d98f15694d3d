"""The shapes of a slide in reading order: texts, tables, charts, SmartArt and the descriptions of pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.errors import DocumentError
from ingest.parse.elements import Element, Heading, Paragraph
from ingest.parse.ooxml.charts import chart
from ingest.parse.ooxml.local import Node, child, children, is_true, relation_id
from ingest.parse.ooxml.opc import Package
from ingest.parse.ooxml.smart_art import smart_art
from ingest.parse.ooxml.text import plain_text, text_elements
from ingest.parse.shared.descriptions import picture_text
from ingest.parse.shared.left_out import Tally
from ingest.parse.shared.xml_tree import local_name
from ingest.parse.slides.pptx.placeholders import DECORATION, TITLES, Inherited, placeholder_type
from ingest.parse.slides.pptx.tables import table

_DEEPEST = 100


@dataclass(frozen=True)
class ShapeReader:
    """Reads the shapes of one slide. Counts in `left_out` what it does not read, by name in the singular."""

    package: Package
    part: str
    inherited: Inherited
    hidden: bool
    left_out: Tally

    def read(self, tree: Node | None) -> list[Element]:
        """Return the title and then the other shapes from back to front, which is PowerPoint's reading order."""
        shapes = list(self._shapes(tree))
        titles = [shape for shape in shapes if placeholder_type(shape) in TITLES]
        headings = [Heading(plain_text(child(shape, "txBody"))) for shape in titles]
        others = [shape for shape in shapes if placeholder_type(shape) not in TITLES | DECORATION]
        return [*headings, *(element for shape in others for element in self._elements(shape))]

    def _shapes(self, tree: Node | None, depth: int = 0) -> Iterator[Node]:
        """Return the shapes of a slide, those of a group in its place."""
        for shape in children(tree, "sp", "grpSp", "graphicFrame", "pic"):
            if not self.hidden and _is_hidden(shape):
                self.left_out["hidden shape"] += 1
            elif local_name(shape) == "grpSp" and depth < _DEEPEST:
                yield from self._shapes(shape, depth + 1)
            else:
                yield shape

    def _elements(self, shape: Node) -> Iterator[Element]:
        match local_name(shape):
            case "sp":
                yield from text_elements(child(shape, "txBody"), self.inherited.styles(shape))
            case "pic":
                self.left_out["picture"] += 1
                yield Paragraph(_description(shape))
            case "graphicFrame":
                yield from self._graphic(shape)

    def _graphic(self, frame: Node) -> Iterator[Element]:
        for graphic in children(child(frame, "graphic", "graphicData")):
            match local_name(graphic):
                case "tbl":
                    yield from table(graphic)
                case "chart":
                    yield from self._related("chart", relation_id(graphic), chart)
                case "relIds":
                    yield from self._related("SmartArt graphic", relation_id(graphic, "dm"), smart_art)
                case "oleObj":
                    self.left_out["embedded object"] += 1
                    yield Paragraph(_description(frame))

    def _related(self, kind: str, relation: str, read: Callable[[Node], Iterable[Element]]) -> list[Element]:
        """Return the elements of another part; one that is missing or damaged costs no more than itself."""
        try:
            return list(read(self.package.root(self.package.target(self.part, relation) or "")))
        except DocumentError:
            self.left_out[f"damaged {kind}"] += 1
            return []


def _properties(shape: Node) -> Node | None:
    names = ("nvSpPr", "nvGrpSpPr", "nvGraphicFramePr", "nvPicPr")
    return next((child(group, "cNvPr") for group in children(shape, *names)), None)


def _is_hidden(shape: Node) -> bool:
    properties = _properties(shape)
    return properties is not None and is_true(properties.get("hidden"))


def _description(shape: Node) -> str:
    """Return the alternative text that an author gave a picture: it stands for the picture."""
    properties = _properties(shape)
    return "" if properties is None else picture_text(properties.get("descr", ""))
