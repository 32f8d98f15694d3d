"""The lines and pictures that are drawn on a page."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.parse.pdf.geometry import Box

_THIN = 3.0
"""Points: drawn shapes that are thinner are lines."""
_DEEPEST_FORM = 8
_MOST_SEGMENTS = 2_000
_RECTANGLE = 5


class Drawings:
    """The lines and pictures of one page."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        self._bounds = bounds
        self.horizontals: list[Box] = []
        self.verticals: list[Box] = []
        self.images = 0.0

    def read(self, page: pdfium.PdfPage) -> None:
        """Read what is drawn on a page. Most objects are text, one for each character in some files."""
        get, kind_of, text = raw.FPDFPage_GetObject, raw.FPDFPageObj_GetType, raw.FPDF_PAGEOBJ_TEXT
        handle = page.raw
        for number in range(raw.FPDFPage_CountObjects(handle)):
            shape = get(handle, number)
            kind = kind_of(shape)
            if kind != text:
                self._read(shape, kind, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0)

    def _read(self, shape: Any, kind: int, matrix: tuple[float, ...], depth: int) -> None:
        if kind == raw.FPDF_PAGEOBJ_PATH:
            self._path(shape, matrix)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            self._image(self._box(shape, matrix))
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            own = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(shape, own)
            inner = _product((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
            for number in range(raw.FPDFFormObj_CountObjects(shape)):
                part = raw.FPDFFormObj_GetObject(shape, number)
                self._read(part, raw.FPDFPageObj_GetType(part), inner, depth + 1)

    def _box(self, shape: Any, matrix: tuple[float, ...]) -> Box:
        edges = [ctypes.c_float() for _ in range(4)]
        raw.FPDFPageObj_GetBounds(shape, *edges)
        left, bottom, right, top = (edge.value for edge in edges)
        points = [_moved(x, y, matrix) for x in (left, right) for y in (bottom, top)]
        return Box(
            min(x for x, _ in points), -max(y for _, y in points), max(x for x, _ in points), -min(y for _, y in points)
        )

    def _image(self, box: Box) -> None:
        left, bottom, right, top = self._bounds
        width = min(box.right, right) - max(box.left, left)
        height = min(box.bottom, -bottom) - max(box.top, -top)
        if width > 0 and height > 0 and right > left and top > bottom:
            self.images = min(1.0, self.images + width * height / ((right - left) * (top - bottom)))

    def _path(self, shape: Any, matrix: tuple[float, ...]) -> None:
        box = self._box(shape, matrix)
        if box.height <= _THIN or box.width <= _THIN:
            self._line(box)
            return
        mode, stroked = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(shape, mode, stroked)
        count = raw.FPDFPath_CountSegments(shape)
        # A drawing has hundreds of segments; a grid in one path has a few for each cell.
        if count <= _MOST_SEGMENTS and (stroked.value or count > _RECTANGLE):
            own = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(shape, own)
            self._segments(shape, count, _product((own.a, own.b, own.c, own.d, own.e, own.f), matrix))

    def _segments(self, shape: Any, count: int, matrix: tuple[float, ...]) -> None:
        x, y = ctypes.c_float(), ctypes.c_float()
        start = before = (0.0, 0.0)
        for number in range(count):
            segment = raw.FPDFPath_GetPathSegment(shape, number)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = _moved(x.value, y.value, matrix)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == raw.FPDF_SEGMENT_LINETO:
                self._edge(before, point)
            if raw.FPDFPathSegment_GetClose(segment):
                self._edge(point, start)
            before = point

    def _edge(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        (x0, y0), (x1, y1) = one, other
        self._line(Box(min(x0, x1), -max(y0, y1), max(x0, x1), -min(y0, y1)))

    def _line(self, box: Box) -> None:
        if box.height <= _THIN < box.width:
            middle = (box.top + box.bottom) / 2
            self.horizontals.append(Box(box.left, middle, box.right, middle))
        elif box.width <= _THIN < box.height:
            middle = (box.left + box.right) / 2
            self.verticals.append(Box(middle, box.top, middle, box.bottom))


def _product(inner: tuple[float, ...], outer: tuple[float, ...]) -> tuple[float, ...]:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _moved(x: float, y: float, matrix: tuple[float, ...]) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
