"""The words of a page with their positions.

pdfium gives one character after the other, with the blanks and line ends that it infers. Of each visible character
the box is asked; font, size, angle and baseline only where the box says that they may have changed: three calls for
each character would take longer than all the rest of reading.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.parse.pdf.direction import RIGHT_TO_LEFT, Char, Direction, direction_of, logical, onwards
from ingest.parse.pdf.geometry import Word, turned

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_BOLD_WEIGHT = 600

_HYPHEN = "\x02"
"""What pdfium returns for a hyphen at the end of a line."""

_JOINED_GAP, _SPLIT_GAP = 0.08, 0.35
"""In sizes of the font: an inferred blank narrower than the first is kerning; a distance wider than the second parts
words."""

_BACK = 1.0
"""In sizes of the font: a character this far left of the end of the one before begins another word."""

_SAME_EDGE = 0.05
"""In sizes of the font: the boxes of one font's characters differ by less."""

_ASCENT, _DESCENT = 0.7, 0.2
"""In sizes of the font, those of most fonts at least: where a font does not say its own, boxes are those of shapes."""


class _Style(NamedTuple):
    size: float
    """In points, as displayed; `font_size` is before any scaling."""

    font_size: float
    baseline: float
    bold: bool
    angle: int
    visible: bool


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


class WordReader:
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
        """Free the text of the page."""
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
