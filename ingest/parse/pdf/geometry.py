"""The values that the stages of reading a page pass on.

Lengths are points (1/72 inch). Text is turned so that it runs from left to right: x grows to the right, y grows *down*
the page, so that sorting by `top` is reading order. Text that is set at another angle has an `angle` of its own, and is
turned by it: its positions compare only with those of words of the same angle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple


class Word(NamedTuple):
    """Characters without a blank between them, of one font and size.

    `blank` says that a blank is before it, in the file or as a distance.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    baseline: float
    size: float
    bold: bool = False
    blank: bool = True
    angle: int = 0


class Box(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Return the width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Return the height."""
        return self.bottom - self.top

    def contains(self, x: float, y: float) -> bool:
        """Say whether a point is inside."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a table: each row has its cells from left to right, None where a cell to the left covers it."""

    box: Box
    rows: tuple[tuple[str | None, ...], ...]
    header_rows: int


@dataclass(frozen=True)
class Page:
    """What is on one page. `number` counts from 1.

    `horizontals` and `verticals` are drawn lines, as boxes without height or width. `images` is the part of the
    page, 0 to 1, that pictures cover. `drawn`: there is something on the page;
    `rotated`: it is displayed turned; `damaged`: it could not be loaded. `unreadable` characters have no known
    meaning; `outside` and `invisible` words are left out.
    """

    number: int
    bounds: Box
    words: tuple[Word, ...]
    horizontals: tuple[Box, ...] = ()
    verticals: tuple[Box, ...] = ()
    images: float = 0.0
    drawn: bool = False
    rotated: bool = False
    damaged: bool = False
    unreadable: int = 0
    outside: int = 0
    invisible: int = 0
    comments: tuple[str, ...] = ()


def turned(left: float, bottom: float, right: float, top: float, angle: int) -> Box:
    """Return a box of the page, where y grows up, as one of text that runs at this angle, in degrees."""
    if not angle:
        return Box(left, -top, right, -bottom)
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [(x, y) for x in (left, right) for y in (bottom, top)]
    across = [x * cosine + y * sine for x, y in corners]
    down = [x * sine - y * cosine for x, y in corners]
    return Box(min(across), min(down), max(across), max(down))
