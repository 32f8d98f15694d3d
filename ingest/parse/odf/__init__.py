"""Texts and presentations in the OpenDocument format (.odt, .ott, .odp, .otp, .fodt, .fodp): bytes to elements.

    document.py   the parts of the file; names.py: the names in them
    styles.py     what the styles say; lists.py: numbers of lists and headings
    text.py       blocks and lines; tables.py, shapes.py: what is in them
    running.py    headers and footers; slides.py: the pages of a presentation

Read: headings and lists with the numbers displayed, paragraphs, footnotes and endnotes with their marks, tables, text
boxes, shapes, formulas, charts with their values, the alternative text that an author gave a picture, the accepted
state of tracked changes, what fields showed last, readings above characters (ruby), indexes, each distinct header and
footer of a text once; of a presentation each slide with its title as heading, and the speaker notes below it.

Left out and reported: hidden slides, sections, paragraphs and passages, and comments, each unless the settings ask for
them; pictures, embedded objects.
Left out: page numbers, dates and footers of slides, texts of master slides, forms' empty fields, deleted text.

Not covered: page numbers of texts; text inside pictures; struck-through text, which is read like any other; conditional
styles; numbers of lists in other scripts than Latin.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.domain import Parsing
from ingest.parse.elements import Element, ParsedElements, first_heading
from ingest.parse.odf.document import OpenDocument
from ingest.parse.odf.names import Node, children, name
from ingest.parse.odf.running import running_text
from ingest.parse.odf.shapes import shape_elements
from ingest.parse.odf.slides import slide_elements
from ingest.parse.odf.styles import Styles
from ingest.parse.odf.text import TextReader
from ingest.parse.shared.left_out import Tally, listed


def parse_odf(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the elements of a text or a presentation. Raise DocumentError when it is damaged or encrypted."""
    document = OpenDocument(content)
    left_out = Tally()
    hidden: list[int] = []
    reader = _reader(document, settings, left_out, (document.content, document.styles))
    if name(document.body) == "office:presentation":
        elements = list(slide_elements(document.body, reader, None if settings.hidden else hidden))
    else:
        # Styles of the same name in the two parts are different ones.
        running = _reader(document, settings, left_out, (document.styles, document.content))
        elements = [
            *running_text(document.styles, "header", running),
            *reader.blocks(children(document.body)),
            *running_text(document.styles, "footer", running),
        ]
    slides = [listed("the hidden slide", hidden)] if hidden else []
    title = (document.title or "").strip() or first_heading(elements)
    return ParsedElements(tuple(elements), title, (*slides, *left_out.phrases()))


def _reader(document: OpenDocument, settings: Parsing, left_out: Tally, roots: tuple[Node | None, ...]) -> TextReader:
    def shape(node: Node) -> Iterator[Element]:
        return shape_elements(node, document, reader.blocks, left_out)

    reader = TextReader(Styles(root for root in roots if root is not None), settings, shape, left_out)
    return reader
