"""Scanned documents: pages that are written, drawn and kept as pictures."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
from PIL import Image, ImageOps
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

_DPI = 200
_POINTS = 72


def pictures(document: bytes, *, turn: float = 0.0) -> list[Image.Image]:
    """Return the pages of a PDF as grey pictures, turned counter-clockwise by an angle."""
    with pdfium.PdfDocument(document) as pages:
        drawn = [page.render(scale=_DPI / _POINTS, grayscale=True).to_pil() for page in pages]
    return [picture.rotate(turn, expand=True, fillcolor=255) if turn else picture for picture in drawn]


def picture_file(document: bytes, kind: str, *, turn: float = 0.0) -> bytes:
    """Return the pages of a PDF as a file of pictures: a TIFF has all of them, other kinds the first."""
    first, *others = pictures(document, turn=turn)
    buffer = io.BytesIO()
    first.save(
        buffer, kind, dpi=(_DPI, _DPI), **({"save_all": True, "append_images": others} if kind == "TIFF" else {})
    )
    return buffer.getvalue()


def scanned(document: bytes, *, turn: float = 0.0, written: str = "") -> bytes:
    """Return a PDF of the same pages as pictures, with a stamp that is written on each."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for picture in pictures(document, turn=turn):
        size = (picture.width * _POINTS / _DPI, picture.height * _POINTS / _DPI)
        canvas.setPageSize(size)
        canvas.drawImage(ImageReader(picture), 0, 0, *size)
        if written:
            canvas.drawString(20, 20, written)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def noise() -> bytes:
    """Return a picture without text."""
    buffer = io.BytesIO()
    ImageOps.invert(Image.radial_gradient("L").resize((1400, 1400))).save(buffer, "PNG")
    return buffer.getvalue()
