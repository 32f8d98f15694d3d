"""Pages of a PDF as values, drawn with letters of one width: what is aligned in the source is aligned on the page."""

from __future__ import annotations

import re

from ingest.parse.pdf.geometry import Word
from ingest.parse.pdf.lines import Line, lines_of

SIZE = 10.0
_WIDTH = 5.0
_LEADING = 12.0


def words(drawing: str, *, left: float = 0.0, top: float = 0.0, size: float = SIZE, bold: bool = False) -> list[Word]:
    """Return the words of a drawing, one line of the page for each line of it."""
    found = []
    for number, row in enumerate(drawing.strip("\n").split("\n")):
        baseline = top + (number + 1) * _LEADING * size / SIZE
        for match in re.finditer(r"\S+", row):
            scale = _WIDTH * size / SIZE
            found.append(
                Word(
                    text=match[0],
                    left=left + match.start() * scale,
                    top=baseline - 0.75 * size,
                    right=left + match.end() * scale,
                    bottom=baseline + 0.2 * size,
                    baseline=baseline,
                    size=size,
                    bold=bold,
                )
            )
    return found


def lines(drawing: str, *, size: float = SIZE, bold: bool = False) -> list[Line]:
    """Return the lines of a drawing."""
    return lines_of(words(drawing, size=size, bold=bold))
