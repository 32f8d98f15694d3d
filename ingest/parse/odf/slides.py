"""The pages of a presentation or a drawing, in order."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.parse.elements import Element, Heading, PageStart
from ingest.parse.odf.names import Node, attribute, children, name
from ingest.parse.odf.text import TextReader
from ingest.parse.shared.compose import flat

_DECORATION = frozenset({"date-time", "footer", "header", "page-number", "page"})


def slide_elements(presentation: Node, reader: TextReader, hidden: list[int] | None) -> Iterator[Element]:
    """Return the elements of slides. The numbers of hidden ones are added to `hidden`; if it is None, they are read."""
    for number, page in enumerate(children(presentation, "draw:page"), start=1):
        if hidden is not None and reader.styles.hides_page(attribute(page, "draw:style-name")):
            hidden.append(number)
        else:
            yield PageStart(number)
            yield from _slide(page, reader)


def _slide(page: Node, reader: TextReader) -> Iterator[Element]:
    shapes = [shape for shape in children(page) if _kind(shape) not in _DECORATION]
    titles = [shape for shape in shapes if _kind(shape) == "title"]
    for shape in titles:
        yield Heading(flat(reader.blocks([shape])))
    others = [shape for shape in shapes if _kind(shape) != "title" and name(shape) != "presentation:notes"]
    yield from reader.blocks(others)
    notes = [shape for notes in children(page, "presentation:notes") for shape in children(notes)]
    yield from reader.blocks(shape for shape in notes if _kind(shape) not in _DECORATION)


def _kind(shape: Node) -> str:
    """Return what a shape of a slide is for; empty when it is a shape of its own."""
    empty = attribute(shape, "presentation:placeholder") == "true"
    return "page" if empty else attribute(shape, "presentation:class")
