"""Read a PDF with pdfium.

    document.py    the file: words with positions, drawn lines, pictures, comments
    elements.py    words to the parts of the document, through the other files' stages
    geometry.py    the values that the stages pass on

What is read, left out and not covered, each stage says.
"""

from __future__ import annotations

from core.domain import Parsing
from ingest.parse.elements import ParsedElements
from ingest.parse.pdf.document import opened, read_page, title_of
from ingest.parse.pdf.elements import elements_of


def parse_pdf(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the elements of a PDF. Raises DocumentError."""
    with opened(content) as document:
        pages = [read_page(document, index) for index in range(len(document))]
        title = title_of(document)
    elements, left_out = elements_of(pages)
    return ParsedElements(tuple(elements), title, left_out)
