"""Frames and drawn shapes: text boxes, pictures' descriptions, charts, formulas and embedded objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ingest.parse.elements import Element, Paragraph
from ingest.parse.odf.document import OpenDocument
from ingest.parse.odf.formula import formula
from ingest.parse.odf.names import Node, attribute, child, children, descendants, name
from ingest.parse.odf.tables import read_table
from ingest.parse.shared.compose import flat
from ingest.parse.shared.descriptions import picture_text
from ingest.parse.shared.left_out import Tally

Blocks = Callable[[Iterable[Node]], Iterable[Element]]
"""Reads blocks, as TextReader does."""

_GROUPS = ("draw:g", "draw:a")


def shape_elements(shape: Node, document: OpenDocument, blocks: Blocks, left_out: Tally) -> Iterator[Element]:
    """Return the elements of a shape; count in `left_out` what is not read."""
    if name(shape) in _GROUPS:
        for inner in children(shape):
            yield from shape_elements(inner, document, blocks, left_out)
    elif name(shape) == "draw:frame":
        yield from _frame(shape, document, blocks, left_out)
    else:
        yield from blocks(children(shape, "text:p", "text:list", "text:h"))


def _frame(frame: Node, document: OpenDocument, blocks: Blocks, left_out: Tally) -> Iterator[Element]:
    """Return the first content of a frame; the others are pictures for programs that cannot display it."""
    for content in children(frame):
        match name(content):
            case "draw:text-box":
                yield from blocks(children(content))
            case "table:table":
                yield from blocks([content])
            case "draw:object":
                yield from _object(content, document, blocks, left_out)
            case "draw:object-ole" | "draw:applet" | "draw:plugin" | "draw:floating-frame":
                left_out["embedded object"] += 1
            case "draw:image":
                left_out["picture"] += 1
                yield Paragraph(_description(frame))
            case _:
                continue
        return


def _description(frame: Node) -> str:
    texts = (child(frame, part) for part in ("svg:desc", "svg:title"))
    return next((found for text in texts if text is not None and (found := picture_text(text.text or ""))), "")


def _object(node: Node, document: OpenDocument, blocks: Blocks, left_out: Tally) -> Iterator[Element]:
    """Return a formula, or a chart with its data; other objects are reported."""
    inside = next(children(node), None)
    root = inside if inside is not None else document.part(f"{attribute(node, 'xlink:href')}/content.xml")
    if (mathematics := next(descendants(root, "math:math"), None)) is not None:
        yield Paragraph(formula(mathematics))
    elif (chart := next(descendants(root, "chart:chart"), None)) is not None:
        yield from _chart(chart, blocks)
    else:
        left_out["embedded object"] += 1


def _chart(chart: Node, blocks: Blocks) -> Iterator[Element]:
    """Return the titles of a chart and its axes, and the table of its values."""
    for title in descendants(chart, "chart:title", "chart:subtitle"):
        yield from blocks(children(title))
    for table in children(chart, "table:table"):
        yield from read_table(table, lambda cell: flat(blocks(children(cell))).replace("NaN", ""))
