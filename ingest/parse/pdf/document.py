"""Read the pages of a PDF with pdfium: words with their positions, drawn lines, pictures and comments.

pdfium gives one character after the other, with the blanks and line ends that it infers. Of each visible character
the box is asked; font, size, angle and baseline only where the box says that they may have changed: three calls for
each character would take longer than all the rest of reading.

Left out: text outside the page (counted), and invisible text (counted) unless a picture covers the page, because then
it is what a scanner read. Not covered: text in pictures (see `ingest/parse/images/ocr.py`), text drawn as curves,
articles and layers that are switched off (pdfium reads them as visible).
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from core.errors import DocumentError
from ingest.parse.images.ocr import MOST_PIXELS, Picture
from ingest.parse.pdf.direction import RIGHT_TO_LEFT, Char, Direction, direction_of, logical, onwards
from ingest.parse.pdf.geometry import Box, Page, Word, turned
from ingest.parse.pdf.scans import DPI

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_BOLD_WEIGHT = 600
_HYPHEN = "\x02"
"""What pdfium returns for a hyphen at the end of a line."""

# Characters of no writing: a font without a table of characters has only numbers. U+F000 to U+F0FF are the symbol
# fonts' own, U+0002 is the hyphen.
_UNREADABLE = re.compile("[\ufffd\ue000-\uefff\uf100-\uf8ff\x01\x03-\x1f]")

_JOINED_GAP, _SPLIT_GAP = 0.08, 0.35
"""In sizes of the font: an inferred blank narrower than the first is kerning; a distance wider than the second parts
words."""

_BACK = 1.0
"""In sizes of the font: a character this far left of the end of the one before begins another word."""

_SAME_EDGE = 0.05
"""In sizes of the font: the boxes of one font's characters differ by less."""

_ASCENT, _DESCENT = 0.7, 0.2
"""In sizes of the font, those of most fonts at least: where a font does not say its own, boxes are those of shapes."""

_THIN = 3.0
"""Points: drawn shapes that are thinner are lines."""

_POINTS = 72
_COVERED = 0.5
"""The part of a page that pictures cover from which on it is taken for a scan."""

_TITLE_OF_A_FILE = re.compile(
    r"^(microsoft (word|excel|powerpoint)|powerpoint|word|print|untitled|title|document\d*|\(anonymous\)"
    r"|.*\.(docx?|xlsx?|pptx?|odt|rtf|pdf|html?|indd|qxd|tex|dvi|pmd|p65|txt|cdr|fm)$)",
    re.IGNORECASE,
)


class _Style(NamedTuple):
    size: float
    """In points, as displayed; `font_size` is before any scaling."""

    font_size: float
    baseline: float
    bold: bool
    angle: int
    visible: bool


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
        comments, filled = _annotations(page)
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
        drawn = _Drawn(bounds)
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
    page: pdfium.PdfPage, number: int, bounds: tuple[float, float, float, float], drawn: _Drawn, comments: list[str]
) -> Page:
    reader = _Reader(page)
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


_NO_STYLE = _Style(1.0, 1.0, 0.0, False, 0, True)


def _along(left: float, bottom: float, right: float, top: float, angle: int) -> tuple[float, float, float, float]:
    """Return a box of the page as one of text that runs at this angle; y grows up in both."""
    box = turned(left, bottom, right, top, angle)
    return box.left, -box.bottom, box.right, -box.top


def _text_of(chars: Sequence[str], placed: Sequence[Char], going: Direction) -> str:
    return logical(placed) if going == "left" else "".join(chars)


def _limits(style: _Style) -> tuple[float, float, float, float]:
    """Return in points: how far edges differ, how far back a character may begin, the distances within a word."""
    return (
        _SAME_EDGE * style.size,
        -_BACK * style.size,
        _JOINED_GAP * style.size,
        _SPLIT_GAP * style.size,
    )


class _Reader:
    """The words of one page, in the order in which the file draws them."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._text_page = page.get_textpage()
        self._raw = self._text_page.raw
        self._fonts: dict[int, bool] = {}
        self._origin = (ctypes.c_double(), ctypes.c_double())
        self._matrix = raw.FS_MATRIX()
        self._last: tuple[int | None, _Style] | None = None
        self.invisible: set[Word] = set()

    def close(self) -> None:
        self._text_page.close()

    def words(self) -> Iterator[Word]:
        """Yield the words. A line end and a blank end one; so do another font, and a distance."""
        text = self._text()
        rect = raw.FS_RECTF()
        reference, box_of = ctypes.byref(rect), raw.FPDFText_GetLooseCharBox
        chars: list[str] = []
        style = _NO_STYLE
        left = right = bottom = top = 0.0
        near, back, joined, split = _limits(style)
        blank = inferred = False
        # Text that runs from right to left is rare, and takes longer.
        mixed = RIGHT_TO_LEFT.search(text) is not None
        way: Direction = ""
        going: Direction = ""
        placed: list[Char] = []
        for index, char in enumerate(text):
            if char.isspace():
                if char not in "\r\n" and chars:
                    box_of(self._raw, index, reference)
                    if rect.top == rect.bottom:
                        # pdfium inferred it: the next character's distance decides whether it is kerning.
                        inferred = True
                        continue
                if chars:
                    yield self._word(_text_of(chars, placed, going), (left, bottom, right, top), style, blank)
                chars, blank, inferred = [], True, False
                continue
            box_of(self._raw, index, reference)
            x0, y0, x1, y1 = rect.left, rect.bottom, rect.right, rect.top
            if style.angle:
                x0, y0, x1, y1 = _along(x0, y0, x1, y1, style.angle)
            if chars:
                changed = not (-near <= y0 - bottom <= near and -near <= y1 - top <= near)
                if changed and self._same(index, style):
                    # A font without ascent and descent: its boxes are those of the drawn shapes.
                    changed = False
                    bottom, top = min(bottom, y0), max(top, y1)
                distance = x0 - right
                if mixed:
                    way = direction_of(char)
                    distance = onwards(going, way, (left, right), (x0, x1))
                    # A mark on a letter may be higher or lower than the line.
                    changed = changed and way != "mark"
                follows = back < distance <= (joined if inferred else split)
                if follows and not changed:
                    chars.append(char)
                    right = x1 if x1 > right else right
                    inferred = False
                    if mixed:
                        placed.append((char, x0, x1))
                        left = min(left, x0)
                        going = going or way
                    continue
                yield self._word(_text_of(chars, placed, going), (left, bottom, right, top), style, blank)
                blank = (changed and inferred) or not follows
            chars, inferred = [char], False
            new = self._style(index, rect.top - rect.bottom)
            if new.angle != style.angle:
                x0, y0, x1, y1 = _along(rect.left, rect.bottom, rect.right, rect.top, new.angle)
            if new is not style:
                near, back, joined, split = _limits(new)
            style, left, right, bottom, top = new, x0, x1, y0, y1
            if mixed:
                placed, going = [(char, x0, x1)], direction_of(char)
        if chars:
            yield self._word(_text_of(chars, placed, going), (left, bottom, right, top), style, blank)

    def _text(self) -> str:
        """Return one character for each index of pdfium."""
        count = raw.FPDFText_CountChars(self._raw)
        buffer = (ctypes.c_ushort * (count + 1))()
        written = raw.FPDFText_GetText(self._raw, 0, count, buffer)
        if written == count + 1:
            text = bytes(buffer)[: 2 * count].decode("utf-16-le", errors="replace")
            if len(text) == count:
                return text.replace("\ufffe", _HYPHEN)
        unicode_of = raw.FPDFText_GetUnicode
        return "".join(_character(unicode_of(self._raw, index)) for index in range(count))

    def _style(self, index: int, height: float) -> _Style:
        """Return the style of a character. Characters of one text object have one style."""
        shape = raw.FPDFText_GetTextObject(self._raw, index)
        address = ctypes.addressof(shape.contents) if shape else None
        if address is None or self._last is None or self._last[0] != address:
            self._last = (address, self._new_style(index, height, shape))
        return self._last[1]

    def _new_style(self, index: int, height: float, shape: Any) -> _Style:
        raw.FPDFText_GetCharOrigin(self._raw, index, *self._origin)
        raw.FPDFText_GetMatrix(self._raw, index, self._matrix)
        matrix = self._matrix
        upright = matrix.b == 0.0 == matrix.c and matrix.a > 0
        angle = 0 if upright else round(math.degrees(math.atan2(matrix.b, matrix.a))) % 360
        scale = (matrix.d if upright else math.hypot(matrix.c, matrix.d)) or 1.0
        font_size = raw.FPDFText_GetFontSize(self._raw, index)
        size = abs(font_size * scale) or abs(height) or 1.0
        x, y = self._origin[0].value, self._origin[1].value
        baseline = x * math.sin(math.radians(angle)) - y * math.cos(math.radians(angle)) if angle else -y
        if not shape:
            return _Style(size, font_size, baseline, False, angle, True)
        mode = raw.FPDFTextObj_GetTextRenderMode(shape)
        bold = self._bold(raw.FPDFTextObj_GetFont(shape)) or mode == raw.FPDF_TEXTRENDERMODE_FILL_STROKE
        visible = mode not in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
        return _Style(size, font_size, baseline, bold, angle, visible)

    def _same(self, index: int, style: _Style) -> bool:
        """Say whether a character has the size and the baseline of a style that runs from left to right."""
        if style.angle or abs(raw.FPDFText_GetFontSize(self._raw, index) - style.font_size) > _SAME_EDGE:
            return False
        raw.FPDFText_GetCharOrigin(self._raw, index, *self._origin)
        return abs(-self._origin[1].value - style.baseline) <= _SAME_EDGE * style.size

    def _bold(self, font: Any) -> bool:
        if not font:
            return False
        key = ctypes.addressof(font.contents)
        if key not in self._fonts:
            size = raw.FPDFFont_GetBaseFontName(font, None, 0)
            name = ctypes.create_string_buffer(max(size, 1))
            raw.FPDFFont_GetBaseFontName(font, name, size)
            named = name.value.decode("utf-8", errors="replace")
            self._fonts[key] = bool(_BOLD.search(named)) or raw.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT
        return self._fonts[key]

    def _word(self, text: str, edges: tuple[float, float, float, float], style: _Style, blank: bool) -> Word:
        left, bottom, right, top = edges
        word = Word(
            text=text,
            left=left,
            top=min(-top, style.baseline - _ASCENT * style.size),
            right=right,
            bottom=max(-bottom, style.baseline + _DESCENT * style.size),
            baseline=style.baseline,
            size=style.size,
            bold=style.bold,
            blank=blank,
            angle=style.angle,
        )
        if not style.visible:
            self.invisible.add(word)
        return word


def _character(code: int) -> str:
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


class _Drawn:
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


_DEEPEST_FORM = 8
_MOST_SEGMENTS = 2_000
_RECTANGLE = 5


def _product(inner: tuple[float, ...], outer: tuple[float, ...]) -> tuple[float, ...]:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _moved(x: float, y: float, matrix: tuple[float, ...]) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


_COMMENTS = frozenset(
    {
        raw.FPDF_ANNOT_TEXT,
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
        raw.FPDF_ANNOT_STRIKEOUT,
        raw.FPDF_ANNOT_CARET,
        raw.FPDF_ANNOT_INK,
    }
)


def _annotations(page: pdfium.PdfPage) -> tuple[list[str], bool]:
    """Return the comments of reviewers, and whether the page has fields of a form or text boxes."""
    comments, filled = [], False
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
                filled = True
            elif kind in _COMMENTS and (text := _contents(annotation)):
                comments.append(text)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return comments, filled


def _contents(annotation: Any) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size)
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", errors="replace").strip()
