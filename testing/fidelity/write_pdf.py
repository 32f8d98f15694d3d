"""Plan random pages and draw them as PDF with reportlab: columns, hyphens at line ends, tables, raised text.

The font is reportlab's own Vera, so that the pages are the same on every machine; it has Western letters only.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from testing.fidelity.model import Piece
from testing.fidelity.words import Words

_FONT, _SIZE, _LEADING = "Vera", 10.0, 13.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 60.0, 535.0, 770.0, 80.0


class _Pages:
    """Draws constructs one below the other, on as many pages as they need."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.rng = words.rng
        self.pieces: list[Piece] = []
        self._buffer = io.BytesIO()
        fonts = Path(reportlab.__file__).parent / "fonts"
        pdfmetrics.registerFont(TTFont(_FONT, str(fonts / "Vera.ttf")))
        self.canvas: Any = Canvas(self._buffer, pagesize=A4, pageCompression=1)
        self._header, self._footer = words.phrase(), words.phrase()
        self._page = 0
        self._y = 0.0
        self._start_page()

    def finished(self) -> bytes:
        """Return the file."""
        numbers = " ".join(map(str, range(1, self._page + 1)))
        self.pieces.append(
            Piece(
                "headers and footers",
                optional=" ".join([f"{self._header} {self._footer}"] * self._page + [numbers]),
                order="any",
            )
        )
        self.canvas.showPage()
        self.canvas.save()
        return self._buffer.getvalue()

    def text(self) -> None:
        """A paragraph."""
        self._paragraph("text", self._words(40), hyphens=False)

    def heading(self) -> None:
        """A larger line."""
        text = self.words.phrase(2, 4)
        self._reserve(40)
        self._y -= 14
        self.canvas.setFont(_FONT, 16)
        self.canvas.drawString(_LEFT, self._y, text)
        self._y -= 20
        self.pieces.append(Piece("headings", text))

    def hyphens(self) -> None:
        """A paragraph whose words are cut at line ends."""
        self._paragraph("hyphens at line ends", self._words(50), hyphens=True)

    def codes(self) -> None:
        """Codes that are cut after one of their own hyphens, which stays."""
        lines, tokens = [], []
        for _ in range(3):
            before, after = self.words.phrase(4, 4), self.words.phrase(4, 4)
            code = f"{self.words.rng.choice('ABKX')}R-{self.words.digits()}-{self.words.digits()}"
            cut = code.rindex("-") + 1
            lines += [f"{before} {code[:cut]}", f"{code[cut:]} {after}"]
            tokens.append(f"{before} {code} {after}")
        self._lines(lines)
        self.pieces.append(Piece("hyphens of codes at line ends", " ".join(tokens)))

    def columns(self) -> None:
        """Two columns, drawn one after the other."""
        self._columns("two columns", interleaved=False)

    def interleaved(self) -> None:
        """Two columns, drawn line by line across both."""
        self._columns("two columns, drawn line by line", interleaved=True)

    def table(self) -> None:
        """A table with lines, or with space only, between cells of one line."""
        columns, rows = self.rng.randint(3, 4), self.rng.randint(3, 6)
        width, height = (_RIGHT - _LEFT) / columns, 18.0
        self._reserve(height * rows + 20)
        ruled = self.rng.random() < 0.7
        for _ in range(rows):
            for column in range(columns):
                cell = " ".join(self.words.token() for _ in range(self.rng.randint(1, 2)))
                while pdfmetrics.stringWidth(cell, _FONT, 8) > width - 12:
                    cell = self.words.token()
                x, y = _LEFT + column * width, self._y - height
                if ruled:
                    self.canvas.rect(x, y, width, height)
                self.canvas.setFont(_FONT, 8)
                self.canvas.drawString(x + 4, y + 5, cell)
                self.pieces.append(Piece("tables", cell))
            self._y -= height
        self._y -= 16

    def tall_cells(self) -> None:
        """A table whose cells have several lines."""
        width, leading = (_RIGHT - _LEFT) / 3, 11.0
        for _ in range(2):
            self._reserve(5 * leading)
            cells = [self._wrapped(self._words(self.rng.randint(3, 8)), width - 14, 8) for _ in range(3)]
            height = leading * max(map(len, cells)) + 8
            for column, cell in enumerate(cells):
                x = _LEFT + column * width
                self.canvas.rect(x, self._y - height, width, height)
                self.canvas.setFont(_FONT, 8)
                for number, line in enumerate(cell):
                    self.canvas.drawString(x + 4, self._y - 11 - number * leading, line)
                self.pieces.append(Piece("tables with lines in cells", " ".join(cell), order="own"))
            self._y -= height
        self._y -= 16

    def positioned(self) -> None:
        """A line whose letters are placed one by one, with no blanks in the file."""
        tokens = self._words(8)
        self._reserve(_LEADING)
        x = _LEFT
        self.canvas.setFont(_FONT, 8)
        for token in tokens:
            for sign in token:
                self.canvas.drawString(x, self._y, sign)
                x += pdfmetrics.stringWidth(sign, _FONT, 8)
            x += 3.2
        self._y -= 2 * _LEADING
        self.pieces.append(Piece("letters placed one by one", " ".join(tokens)))

    def raised(self) -> None:
        """Powers and units in a line, smaller and higher."""
        self._reserve(_LEADING)
        digits, word = self.words.digits, self.words.word
        parts = [(f"{word()} {digits()}·10", False), ("6", True), (f" {word()} {digits()} m", False), ("2", True)]
        parts.append((f" {word()}", False))
        x = _LEFT
        for text, up in parts:
            size = 6.0 if up else _SIZE
            self.canvas.setFont(_FONT, size)
            self.canvas.drawString(x, self._y + (4 if up else 0), text)
            x += pdfmetrics.stringWidth(text, _FONT, size)
        self._y -= 2 * _LEADING
        self.pieces.append(Piece("superscripts", "".join(f"^{text}" if up else text for text, up in parts)))

    def _words(self, count: int) -> list[str]:
        return [self.words.token() for _ in range(count)]

    def _paragraph(self, construct: str, tokens: Sequence[str], *, hyphens: bool) -> None:
        self._lines(self._wrapped(tokens, _RIGHT - _LEFT, _SIZE, hyphens=hyphens))
        self.pieces.append(Piece(construct, " ".join(tokens)))

    def _lines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._reserve(_LEADING)
            self.canvas.setFont(_FONT, _SIZE)
            self.canvas.drawString(_LEFT, self._y, line)
            self._y -= _LEADING
        self._y -= _LEADING

    def _columns(self, construct: str, *, interleaved: bool) -> None:
        """Draw two columns between two paragraphs of full width, so that nothing else can be taken for their part."""
        self.text()
        width = (_RIGHT - _LEFT - 30) / 2
        tokens = self._words(self.rng.randint(60, 90))
        lines = self._wrapped(tokens, width, _SIZE, hyphens=self.rng.random() < 0.5)
        half = (len(lines) + 1) // 2
        self._reserve(half * _LEADING)
        places = [
            (_LEFT + (number >= half) * (width + 30), self._y - (number % half) * _LEADING, line)
            for number, line in enumerate(lines)
        ]
        if interleaved:
            places.sort(key=lambda place: (-place[1], place[0]))
        for x, y, line in places:
            self.canvas.setFont(_FONT, _SIZE)
            self.canvas.drawString(x, y, line)
        self._y -= (half + 1) * _LEADING
        self.pieces.append(Piece(construct, " ".join(tokens)))
        self.text()

    def _wrapped(self, tokens: Sequence[str], width: float, size: float, *, hyphens: bool = False) -> list[str]:
        lines, line = [], ""
        for token in tokens:
            longer = f"{line} {token}" if line else token
            if pdfmetrics.stringWidth(longer, _FONT, size) <= width:
                line = longer
                continue
            # Not after what could be a word: "ten-" may begin "ten-day", whose hyphen stays.
            cut = next(
                (
                    at
                    for at in range(len(token) - 3, 2, -1)
                    if (at > 4 or not token[:at].isascii())
                    and pdfmetrics.stringWidth(f"{line} {token[:at]}-", _FONT, size) <= width
                ),
                0,
            )
            if hyphens and cut and line and token.isalpha():
                lines.append(f"{line} {token[:cut]}-")
                line = token[cut:]
            else:
                lines.append(line)
                line = token
        return [line for line in [*lines, line] if line]

    def _reserve(self, height: float) -> None:
        if self._y - height < _BOTTOM:
            self.canvas.showPage()
            self._start_page()

    def _start_page(self) -> None:
        self._page += 1
        self._y = _TOP
        self.canvas.setFont(_FONT, 8)
        self.canvas.drawString(_LEFT, 805, self._header)
        self.canvas.drawString(_LEFT, 40, self._footer)
        self.canvas.drawRightString(_RIGHT, 40, str(self._page))


def pdf(rng: random.Random) -> tuple[bytes, tuple[Piece, ...]]:
    """Return a PDF with every construct in random order."""
    pages = _Pages(Words(rng, ("west", "ascii")))
    kinds: list[Callable[[], None]] = [
        pages.text, pages.text, pages.heading, pages.hyphens, pages.codes, pages.columns, pages.interleaved,
        pages.table, pages.tall_cells, pages.positioned, pages.raised,
    ]  # fmt: skip
    rng.shuffle(kinds)
    for kind in kinds:
        kind()
    return pages.finished(), tuple(pages.pieces)
