"""Read the pages of a PDF with pdfium: words, drawn lines, pictures and comments.

Left out: text outside the page (counted), and invisible text (counted) unless a picture covers the page, because then
it is what a scanner read. Not covered: text in pictures (see `ingest/parse/images/ocr.py`), text drawn as curves,
articles and layers that are switched off (pdfium reads them as visible).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from core.errors import DocumentError
from ingest.parse.images.ocr import MOST_PIXELS, Picture
from ingest.parse.pdf.annotations import read_annotations
from ingest.parse.pdf.drawings import Drawings
from ingest.parse.pdf.geometry import Box, Page, Word, turned
from ingest.parse.pdf.scans import DPI
from ingest.parse.pdf.words import WordReader

# Characters of no writing: a font without a table of characters has only numbers. U+F000 to U+F0FF are the symbol
# fonts' own, U+0002 is the hyphen.
_UNREADABLE = re.compile("[\ufffd\ue000-\uefff\uf100-\uf8ff\x01\x03-\x1f]")
_POINTS = 72

_COVERED = 0.5
"""The part of a page that pictures cover from which on it is taken for a scan."""

_TITLE_OF_A_FILE = re.compile(
    r"^(microsoft (word|excel|powerpoint)|powerpoint|word|print|untitled|title|document\d*|\(anonymous\)"
    r"|.*\.(docx?|xlsx?|pptx?|odt|rtf|pdf|html?|indd|qxd|tex|dvi|pmd|p65|txt|cdr|fm)$)",
    re.IGNORECASE,
)


@contextmanager
def opened(content: bytes) -> Iterator[pdfium.PdfDocument]:
    """Open a PDF. Raises DocumentError when it is encrypted or damaged beyond repair."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise DocumentError("it is encrypted; save it without a password") from error
        reason = re.sub(r"^Failed to load document \(PDFium: (.*?)\)\.?$", r"\1", str(error)).rstrip(".")
        raise DocumentError(f"it could not be parsed as a PDF: {reason}; open it and save it again") from error
    try:
        if document.get_formtype() == raw.FORMTYPE_ACRO_FORM:
            document.init_forms()
        yield document
    finally:
        document.close()


def title_of(document: pdfium.PdfDocument) -> str | None:
    """Return the title in the metadata, unless it is what a program made of the file's name."""
    title = " ".join(document.get_metadata_value("Title").replace("\x00", "").split())
    return None if _TITLE_OF_A_FILE.match(title) or not any(map(str.isalpha, title)) else title


def read_page(document: pdfium.PdfDocument, index: int) -> Page:
    """Return page `index`, counted from 0. A page that pdfium cannot load is empty and marked as unreadable."""
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return Page(index + 1, Box(0.0, 0.0, 0.0, 0.0), (), damaged=True)
    try:
        comments, filled = read_annotations(page)
        if filled:
            # What is entered into a form becomes a part of the page, as it is displayed.
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            page.close()
            page = document[index]
        rotation = page.get_rotation()
        if rotation:
            # Positions of text are those of the page before it is turned; so have to be its edges.
            page.set_rotation(0)
        bounds = page.get_bbox()
        drawn = Drawings(bounds)
        drawn.read(page)
        read = _page(page, index + 1, bounds, drawn, comments)
        if rotation:
            page.set_rotation(rotation)
        return replace(read, rotated=rotation != 0)
    finally:
        page.close()


def picture_of(document: pdfium.PdfDocument, page: Page) -> tuple[Picture, float]:
    """Return the picture of a page as it is displayed, and its pixels in a point."""
    loaded = document[page.number - 1]
    try:
        width, height = loaded.get_size()
        scale = min(DPI / _POINTS, math.sqrt(MOST_PIXELS / max(1.0, width * height)))
        bitmap = loaded.render(scale=scale, grayscale=True)
        rows = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]
        return Picture(bitmap.width, bitmap.height, rows.tobytes(), round(scale * _POINTS)), scale
    finally:
        loaded.close()


def attachments(document: pdfium.PdfDocument) -> int:
    """Return how many files are attached."""
    return int(document.count_attachments())


def _page(
    page: pdfium.PdfPage, number: int, bounds: tuple[float, float, float, float], drawn: Drawings, comments: list[str]
) -> Page:
    reader = WordReader(page)
    try:
        words = list(reader.words())
    finally:
        reader.close()
    left, bottom, right, top = bounds
    edges = Box(left, -top, right, -bottom)
    on_page = [word for word in words if _on_page(word, edges)]
    covered = drawn.images >= _COVERED
    shown = on_page if covered else [word for word in on_page if word not in reader.invisible]
    return Page(
        number=number,
        bounds=edges,
        words=tuple(shown),
        horizontals=tuple(drawn.horizontals),
        verticals=tuple(drawn.verticals),
        images=drawn.images,
        drawn=raw.FPDFPage_CountObjects(page) > 0,
        unreadable=len(_UNREADABLE.findall("".join([word.text for word in shown]))),
        outside=len(words) - len(on_page),
        invisible=len(on_page) - len(shown),
        comments=tuple(comments),
    )


def _on_page(word: Word, bounds: Box) -> bool:
    if word.angle:
        bounds = turned(bounds.left, -bounds.bottom, bounds.right, -bounds.top, word.angle)
    return bounds.contains((word.left + word.right) / 2, (word.top + word.bottom) / 2)
