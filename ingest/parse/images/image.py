"""Pictures with text: photographs of documents, scans, screenshots. Each picture of a file is a page.

Pillow reads the file and Tesseract the picture. Not covered: pictures without text (they fail as files without text).
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import ParsedElements
from ingest.parse.images.ocr import MOST_PIXELS, Picture, Recognised, read_pictures, what_is_missing
from ingest.parse.pdf.elements import elements_of
from ingest.parse.pdf.geometry import Box, Page
from ingest.parse.pdf.scans import DPI, hard_to_read, with_recognised

_MOST_FILE_PIXELS = 500_000_000
"""A larger picture would take more than 1.5 GB of memory when it is decoded."""

_SMALL_WIDTH = 1200
"""Pixels: narrower pictures are screenshots, whose letters are too small for Tesseract; they are doubled."""

_POINTS = 72


def parse_image(content: bytes, settings: Parsing) -> ParsedElements:
    """Return the text of a picture. Raises DocumentError, also when Tesseract or the data of a language is missing."""
    if missing := what_is_missing(settings.ocr_languages):
        raise DocumentError(f"it is a picture, and {missing}")
    sizes: list[tuple[int, int]] = []
    results = list(read_pictures(_noting(_pictures(content), sizes), settings.ocr_languages))
    if (problems := [result.problem for result in results if result.problem]) and len(problems) == len(results):
        raise DocumentError(problems[0])
    pages = [_page(number, size, result) for number, (size, result) in enumerate(zip(sizes, results, strict=True), 1)]
    elements, left_out = elements_of(pages)
    hard = [report for number, result in enumerate(results, 1) if (report := hard_to_read(number, result))]
    return ParsedElements(tuple(elements), None, (*left_out, *hard))


def _page(number: int, size: tuple[int, int], recognised: Recognised) -> Page:
    scale = DPI / _POINTS
    page = Page(number, Box(0.0, 0.0, size[0] / scale, size[1] / scale), ())
    return with_recognised(page, recognised, scale)


def _noting(pictures: Iterator[Picture], sizes: list[tuple[int, int]]) -> Iterator[Picture]:
    for picture in pictures:
        sizes.append((picture.width, picture.height))
        yield picture


def _pictures(content: bytes) -> Iterator[Picture]:
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; the limit here is higher, and an error.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as image:
                for frame in ImageSequence.Iterator(image):
                    yield _picture(frame)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = " ".join(str(error).split())[:150]
        raise DocumentError(f"it could not be read as a picture: {reason}; open it and save it again") from error


def _picture(frame: Image.Image) -> Picture:
    width, height = frame.size
    if width * height > _MOST_FILE_PIXELS:
        raise DocumentError(
            f"it has {width:,} × {height:,} pixels, more than the limit of {_MOST_FILE_PIXELS:,}; scale it down"
        )
    upright = _grey(ImageOps.exif_transpose(frame))
    scale = 2.0 if upright.width < _SMALL_WIDTH else 1.0
    scale = min(scale, math.sqrt(MOST_PIXELS / (upright.width * upright.height)))
    if scale != 1.0:
        size = (max(1, round(upright.width * scale)), max(1, round(upright.height * scale)))
        upright = upright.resize(size, Image.Resampling.LANCZOS)
    return Picture(upright.width, upright.height, upright.tobytes(), DPI)


def _grey(image: Image.Image) -> Image.Image:
    """Return the picture in grey, on white where it is transparent."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("L")
    return image.convert("L")
