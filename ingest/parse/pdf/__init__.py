"""Read a PDF with pdfium.

    document.py    the file and its pages: words.py, drawings.py, annotations.py
    scans.py       pages that are pictures, read by Tesseract
    elements.py    words to the parts of the document, through the other files' stages
    geometry.py    the values that the stages pass on

What is read, left out and not covered, each stage says. Not read at all: attached files (counted), sound, scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pypdfium2 as pdfium

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, ParsedElements
from ingest.parse.images.ocr import Picture, read_pictures, what_is_missing
from ingest.parse.pdf.document import attachments, opened, picture_of, read_page, title_of
from ingest.parse.pdf.elements import elements_of
from ingest.parse.pdf.geometry import Page
from ingest.parse.pdf.report import pages_named, what_is_left_out, with_comments
from ingest.parse.pdf.scans import hard_to_read, is_scan, with_recognised


def parse_pdf(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the elements of a PDF.

    Raises DocumentError when it is encrypted or damaged, and when most of it is scanned but Tesseract or the data of a
    language is missing.
    """
    with opened(content) as document:
        pages = [read_page(document, index) for index in range(len(document))]
        pages, unread = _with_scans(document, pages, settings)
        title, attached = title_of(document), attachments(document)
    elements: Sequence[Element]
    elements, repeated = elements_of(pages)
    if settings.comments:
        elements = with_comments(elements, pages)
    left_out = (*repeated, *unread, *what_is_left_out(pages, attached, comments=not settings.comments))
    return ParsedElements(tuple(elements), title, left_out)


def _with_scans(document: pdfium.PdfDocument, pages: list[Page], settings: Parsing) -> tuple[list[Page], list[str]]:
    """Return the pages with the text of those that are scanned, and how to report those that could not be read."""
    scanned = [page for page in pages if is_scan(page)]
    if not scanned:
        return pages, []
    if missing := what_is_missing(settings.ocr_languages):
        if 2 * len(scanned) > sum(bool(page.words) or is_scan(page) for page in pages):
            raise DocumentError(f"it is scanned, and {missing}")
        return pages, [f"the scanned {pages_named([page.number for page in scanned])}, because {missing}"]
    scales: list[float] = []
    results = list(read_pictures(_rendered(document, scanned, scales), settings.ocr_languages))
    if (problems := [result.problem for result in results if result.problem]) and len(problems) == len(pages):
        raise DocumentError(f"it is scanned, and {problems[0]}")
    read = {
        page.number: with_recognised(page, result, scale)
        for page, result, scale in zip(scanned, results, scales, strict=True)
    }
    reports = [hard_to_read(page.number, result) for page, result in zip(scanned, results, strict=True)]
    return [read.get(page.number, page) for page in pages], [report for report in reports if report]


def _rendered(document: pdfium.PdfDocument, pages: Sequence[Page], scales: list[float]) -> Iterator[Picture]:
    for page in pages:
        picture, scale = picture_of(document, page)
        scales.append(scale)
        yield picture
